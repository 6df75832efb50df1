/** One case. */
export function CasePage() {
  return <main className="page" id="main" tabIndex={-1} />;
}
