/** The types of the migrated database at `url`, formatted as the tree is. */
export declare function tableTypes(url: string): string;
