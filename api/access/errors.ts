/** The file of keys can't be used. */
export class BadKeyFile extends Error {
  readonly code = 'bad_key_file';

  constructor(path: string, what: string, cause?: unknown) {
    super(
      `The keys in ${path} can't be used: ${what}. Mend the file, or delete it and make keys anew with \`tickwave keys add\``,
      cause === undefined ? undefined : { cause },
    );
    this.name = 'BadKeyFile';
  }
}

/** There is no such key, or a name that is taken. */
export class BadKey extends Error {
  readonly code = 'bad_key';
  override readonly name = 'BadKey';
}

/** The API would be reached by others and let everybody in. */
export class PublicWithoutKeys extends Error {
  readonly code = 'public_without_keys';

  constructor(host: string, path: string) {
    super(
      `HOST is '${host}', which others can reach, and ${path} has no key that is in force. Make one with \`tickwave keys add NAME\`, or set HOST to 127.0.0.1`,
    );
    this.name = 'PublicWithoutKeys';
  }
}
