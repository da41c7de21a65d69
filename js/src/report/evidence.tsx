/** Evidence of any shape, as definition lists and small tables. Values only ever become text nodes. */
import { formatNumber, humanize } from "../format";

const MAX_ITEMS = 12;
const MAX_ROWS = 20;
const MAX_DEPTH = 3;

type Dict = Record<string, unknown>;

export function Evidence({ value, depth = 0 }: { value: unknown; depth?: number }) {
  if (Array.isArray(value)) return <List items={value} depth={depth} />;
  if (!isDict(value)) return <>{scalar(value)}</>;
  if (depth >= MAX_DEPTH) return <code>{JSON.stringify(value)}</code>;
  const entries = Object.entries(value);
  if (entries.length === 0) return <span class="imcp-muted">none</span>;
  const records = namedRecords(value);
  if (records !== null) return <Rows rows={records} depth={depth} />;
  return (
    <dl class="imcp-evidence">
      {entries.slice(0, 2 * MAX_ROWS).map(([key, item]) => (
        <div key={key}>
          <dt>{humanize(key)}</dt>
          <dd>
            <Evidence value={item} depth={depth + 1} />
          </dd>
        </div>
      ))}
      <More shown={2 * MAX_ROWS} total={entries.length} />
    </dl>
  );
}

function List({ items, depth }: { items: unknown[]; depth: number }) {
  if (items.length === 0) return <span class="imcp-muted">none</span>;
  if (items.every(isDict)) return <Rows rows={items} depth={depth} />;
  const shown = items.slice(0, MAX_ITEMS).map((item) => (isDict(item) || Array.isArray(item) ? JSON.stringify(item) : scalar(item)));
  return (
    <>
      {shown.join(", ")}
      <More shown={MAX_ITEMS} total={items.length} />
    </>
  );
}

function Rows({ rows, depth }: { rows: Dict[]; depth: number }) {
  const keys = [...new Set(rows.slice(0, MAX_ROWS).flatMap(Object.keys))];
  return (
    <>
      <table class="imcp-evidence-table">
        <thead>
          <tr>
            {keys.map((key) => (
              <th key={key} scope="col">
                {humanize(key)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, MAX_ROWS).map((row, number) => (
            <tr key={number}>
              {keys.map((key) => (
                <td key={key} class={typeof row[key] === "number" ? "imcp-number" : undefined}>
                  <Evidence value={row[key]} depth={depth + 1} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <More shown={MAX_ROWS} total={rows.length} />
    </>
  );
}

/** Records by name as rows that begin with the name; null where `value` is something else. */
export function namedRecords(value: Dict): Dict[] | null {
  const entries = Object.entries(value);
  if (entries.length < 2 || !entries.every(([, item]) => isDict(item) && Object.keys(item).length > 0)) return null;
  return entries.map(([name, item]) => ({ "": name, ...(item as Dict) }));
}

function More({ shown, total }: { shown: number; total: number }) {
  return total > shown ? <span class="imcp-muted"> … and {total - shown} more</span> : null;
}

function scalar(value: unknown): string {
  if (typeof value === "number") return formatNumber(value);
  if (typeof value === "boolean") return value ? "yes" : "no";
  return value === null || value === undefined ? "–" : String(value);
}

function isDict(value: unknown): value is Dict {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
