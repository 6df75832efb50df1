/** The agency's first page. */
export function Home() {
  return <main className="page" id="main" tabIndex={-1} />;
}
