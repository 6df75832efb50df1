/** Bodies as a tree. */
export function Directory() {
  return <main className="page" id="main" tabIndex={-1} />;
}
