/** SHA-256 of what comes from the package index, in hexadecimal. */
export interface Pin {
  readonly wheel: string;
  readonly library: string;
}

/** A native library that Tickwave can call. Exactly one version is accepted: another may read the same models and predict otherwise. */
export interface NativeLibrary {
  readonly name: 'xgboost' | 'lightgbm';
  readonly version: string;
  /** The package on PyPI whose wheel has it. */
  readonly package: string;
  /** The setting that names a library of one's own. */
  readonly variable: 'XGBOOST_LIBRARY' | 'LIGHTGBM_LIBRARY';
  /** As the system's loader knows it. */
  readonly fileName: string;
  /** Where it is inside the wheel. */
  readonly member: string;
  /** By platform; a platform that is not here is not downloaded for. */
  readonly pins: ReadonlyMap<string, Pin>;
}

/**
 * 3.2.0 is the newest that Python 3.10 and 3.11 can install too, so that models trained here can be read there. The package
 * xgboost-cpu is the same library without CUDA (5.6 MB instead of hundreds).
 */
export const XGBOOST: NativeLibrary = {
  name: 'xgboost',
  version: '3.2.0',
  package: 'xgboost-cpu',
  variable: 'XGBOOST_LIBRARY',
  fileName: 'libxgboost.so',
  member: 'xgboost/lib/libxgboost.so',
  pins: new Map([
    [
      'linux-x64',
      {
        wheel: '9c10b1653e1a689bf4094a328144cf3633c9be0e5217a76fbdc2fde6abcb2950',
        library: 'bad3eb7004550b6db2338486061bf628cabc2340d4913e811b0564ba4788eef5',
      },
    ],
    [
      'linux-arm64',
      {
        wheel: '896b9e2bc52ec0921edf92ddd1cebedf47032e94992b7aca0293524d380ce6e9',
        library: '32a854dcd03f7e66b93ea3df543a4b82f16809c2cd93f74f29a6c97f83723b8d',
      },
    ],
  ]),
};

/** LightGBM; its library does not know its own version, which is taken from the hash or from the wheel's VERSION.txt. */
export const LIGHTGBM: NativeLibrary = {
  name: 'lightgbm',
  version: '4.7.0',
  package: 'lightgbm',
  variable: 'LIGHTGBM_LIBRARY',
  fileName: 'lib_lightgbm.so',
  member: 'lightgbm/lib/lib_lightgbm.so',
  pins: new Map([
    [
      'linux-x64',
      {
        wheel: 'd23e922acd891e77212e4d0fbcee9ba973c96dee479491341d05ba595357ebb7',
        library: '573d57e8a2c6290c2271b99b87afa7a802e796eafc9e8d66aefa0913cbc1616a',
      },
    ],
    [
      'linux-arm64',
      {
        wheel: 'd4529acec5c6fefe4768302a529707d0ead90f6a6f42df694b856212e09695b8',
        library: '05ec49bad350009b9debd36769ef1cced2132cd93abfe3fe0b8aa116c4388052',
      },
    ],
  ]),
};

/** As pins are kept. */
export function platform(): string {
  return `${process.platform}-${process.arch}`;
}
