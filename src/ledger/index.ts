/** What other rooms may use of the ledger. */

export { placesOf, type StreamPlaces } from './places.ts';
export { type Sealer, sealNow, startSealer } from './sealer.ts';
export { leafHash, OPEN_LOG } from './tree.ts';
export { type Anchor, type Finding, type Verification, verifyLedger } from './verify.ts';
