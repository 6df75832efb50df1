/** One filed report in the official layout. */
export function ReportPage() {
  return <main className="page" id="main" tabIndex={-1} />;
}
