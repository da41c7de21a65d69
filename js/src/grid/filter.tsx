/** One condition on one column, applied on Enter. */
import { useSignal } from "@preact/signals";
import type { ColumnInfo, Condition } from "./blocks";

const OPERATORS = ["contains", "=", "≠", "<", "≤", ">", "≥", "missing", "present"] as const;
const WITHOUT_VALUE = new Set(["missing", "present"]);

interface Props {
  columns: ColumnInfo[];
  filter: Condition[];
  onChange(filter: Condition[]): void;
}

export function FilterBar({ columns, filter, onChange }: Props) {
  const open = useSignal(false);
  const column = useSignal(0);
  const operator = useSignal<string>("contains");
  const value = useSignal("");
  if (columns.length === 0) return null;
  if (!open.value) {
    return (
      <button type="button" class="imcp-button" aria-expanded="false" onClick={() => (open.value = true)}>
        Filter
      </button>
    );
  }
  const needsValue = !WITHOUT_VALUE.has(operator.value);
  const apply = (event: Event) => {
    event.preventDefault();
    if (needsValue && value.value === "") return onChange([]);
    onChange([{ column: column.value, operator: operator.value, value: needsValue ? value.value : null }]);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") return close();
    if (event.key === "Enter") apply(event); // JupyterLab keeps a form in an output from being sent by Enter
  };
  const close = () => {
    open.value = false;
    value.value = "";
    if (filter.length > 0) onChange([]);
  };
  return (
    <form class="imcp-filter" onSubmit={apply}>
      <select aria-label="Column" value={column.value} onChange={(event) => (column.value = Number(event.currentTarget.value))}>
        {columns.map(({ name }, position) => (
          <option value={position}>{name}</option>
        ))}
      </select>
      <select aria-label="Comparison" value={operator.value} onChange={(event) => (operator.value = event.currentTarget.value)}>
        {OPERATORS.map((name) => (
          <option value={name}>{name}</option>
        ))}
      </select>
      {needsValue && (
        <input
          aria-label="Value"
          placeholder="value"
          value={value.value}
          autofocus
          onKeyDown={onKeyDown}
          onInput={(event) => (value.value = event.currentTarget.value)}
        />
      )}
      <button type="submit" class="imcp-button">
        Apply
      </button>
      <button type="button" class="imcp-button" onClick={close} aria-label="Remove the filter">
        ×
      </button>
    </form>
  );
}
