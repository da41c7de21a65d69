/** Why the profile weighs and passes as it does; folded, for those who ask. */
import { formatNumber } from "../format";
import type { Reason } from "./document";

export function Reasons({ weights, thresholds }: { weights: Reason[]; thresholds: Reason[] }) {
  if (weights.length + thresholds.length === 0) return null;
  const named = (subject: string) =>
    subject === "passes" ? "passes from" : subject === "warns" ? "warns from" : `${subject} passes from`;
  const rows: [string, Reason][] = [
    ...weights.map((reason): [string, Reason] => [`weight of ${reason.subject}`, reason]),
    ...thresholds.map((reason): [string, Reason] => [named(reason.subject), reason]),
  ];
  return (
    <details class="imcp-reasons">
      <summary>Weights and thresholds</summary>
      <table>
        <tbody>
          {rows.map(([name, { value, why }]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td class="imcp-number">{formatNumber(value)}</td>
              <td>{why}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
