export interface LockEntry {
  readonly version: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly devOptional?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
}
export interface Lock {
  readonly lockfileVersion: number;
  readonly packages: Readonly<Record<string, LockEntry>>;
}
export interface Bom {
  readonly components: readonly {
    readonly group?: string;
    readonly name: string;
    readonly version: string;
    readonly hashes: readonly { readonly alg: string; readonly content: string }[];
  }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}
export declare const BUDGET: { readonly ceiling: number; readonly aim: number };
export declare function browserImports(folder?: string): string[];
export declare function faultsOf(lock: Lock): string[];
export declare function usesOf(lock: Lock, browserNames: readonly string[]): Map<string, readonly string[]>;
export declare function sbomOf(lock: Lock, browserNames: readonly string[]): Bom;
export declare function sbomText(): string;
