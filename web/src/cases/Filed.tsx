/** What the reporter sees after filing. */
export function Filed() {
  return <main className="page" id="main" tabIndex={-1} />;
}
