/** The duty desk. */
export function Desk() {
  return <main className="page" id="main" tabIndex={-1} />;
}
