/** All cases the reader may see. */
export function CaseList() {
  return <main className="page" id="main" tabIndex={-1} />;
}
