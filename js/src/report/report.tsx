/** The whole report. */
import { render } from "preact";
import type { RenderContext } from "../model";
import { Checks } from "./checks";
import { Dimensions } from "./dimensions";
import { Distributions } from "./distributions";
import type { ReportDocument, Words } from "./document";
import "./report.css";
import { Score } from "./score";

export function renderReport({ model, el }: RenderContext): () => void {
  const report = model.get<ReportDocument>("_document");
  const words = model.get<Words>("_words");
  el.classList.add("imcp-report");
  el.setAttribute("role", "region");
  el.setAttribute("aria-label", words.title);
  render(
    <>
      <Score report={report} words={words} />
      <Dimensions dimensions={report.dimensions} />
      <Checks checks={report.checks} />
      <Distributions entries={report.distributions} />
    </>,
    el,
  );
  return () => render(null, el);
}
