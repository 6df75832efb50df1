import type { ReactNode } from 'react';

export interface Column<Row> {
  id: string;
  head: ReactNode;
  cell: (row: Row) => ReactNode;
  /** Names the row: read out as its header. */
  rowHead?: boolean;
  /** Right-aligned tabular figures. */
  figure?: boolean;
  /** Dropped on narrow screens. */
  wideOnly?: boolean;
}

interface DataTableProps<Row> {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  rowClass?: (row: Row) => string;
  empty?: ReactNode;
}

/** A real table; on a phone each row becomes a small list with the column heads as labels, nothing scrolls sideways. */
export function DataTable<Row>({ caption, columns, rows, rowKey, rowClass, empty }: DataTableProps<Row>) {
  if (rows.length === 0 && empty) return <>{empty}</>;
  return (
    // The explicit roles survive the phone's display: block, which would otherwise drop the table's semantics.
    // biome-ignore-start lint/a11y/noRedundantRoles: see above
    <table className="table" role="table">
      <caption className="visually-hidden">{caption}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map((column) => (
            <th key={column.id} role="columnheader" scope="col" className={classes(column)}>
              {column.head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <tr key={rowKey(row)} role="row" className={rowClass?.(row)}>
            {columns.map((column) =>
              column.rowHead ? (
                <th key={column.id} role="rowheader" scope="row" className={classes(column)}>
                  {column.cell(row)}
                </th>
              ) : (
                <td key={column.id} role="cell" className={classes(column)}>
                  <span className="cell-label" aria-hidden="true">
                    {column.head}
                  </span>
                  {column.cell(row)}
                </td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
    // biome-ignore-end lint/a11y/noRedundantRoles: see above
  );
}

function classes<Row>(column: Column<Row>): string {
  return [column.figure ? 'figure' : '', column.wideOnly ? 'wide-only' : ''].join(' ').trim();
}
