import { ModelError } from '../models/errors.ts';

/** Elasticsearch takes nothing at the moment: it is away, full or busy. Tried again. */
export class IndexUnavailable extends ModelError {
  readonly code = 'index-unavailable';
}

/** Elasticsearch says no to the request itself: credentials, rights, a version that is not supported. */
export class IndexRefused extends ModelError {
  readonly code = 'index-refused';
}

/** Another process has written a document since; the span is indexed again. */
export class IndexOutrun extends ModelError {
  readonly code = 'index-outrun';
}
