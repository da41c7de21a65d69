/** What the checks say about controls of laws and standards. */
import { VerdictMark } from "./dimensions";
import type { Check, Control } from "./document";

export function Controls({ controls, checks }: { controls: Control[]; checks: Check[] }) {
  if (controls.length === 0) return null;
  const titles = new Map(checks.map(({ id, title }) => [id, title]));
  return (
    <section class="imcp-controls" aria-label="Evidence for controls">
      <div class="imcp-section-bar">
        <h4>Evidence for controls</h4>
        <span class="imcp-muted">evidence, no certificate</span>
      </div>
      <table>
        <thead>
          <tr>
            <th scope="col">framework</th>
            <th scope="col">control</th>
            <th scope="col">checks</th>
            <th scope="col">evidence</th>
          </tr>
        </thead>
        <tbody>
          {controls.map(({ framework, control, title, checks: ids, verdict }) => (
            <tr key={`${framework} ${control}`}>
              <td class="imcp-muted">{framework}</td>
              <td>
                {control} {title}
              </td>
              <td>{ids.map((id) => titles.get(id) ?? id).join(", ") || "–"}</td>
              <td>
                <VerdictMark verdict={verdict} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
