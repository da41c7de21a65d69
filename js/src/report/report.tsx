/** The whole report. */
import { render } from "preact";
import type { RenderContext } from "../model";
import { Checks } from "./checks";
import { Controls } from "./controls";
import { Dimensions } from "./dimensions";
import { Distances } from "./distances";
import { Distributions } from "./distributions";
import type { ReportDocument, Words } from "./document";
import "./report.css";
import { PairMaps } from "./pairs";
import { Reasons } from "./reasons";
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
      <Controls controls={report.controls ?? []} checks={report.checks} />
      {report.pair_map && <PairMaps map={report.pair_map} />}
      {report.distances && <Distances plot={report.distances} />}
      <Distributions entries={report.distributions} />
      <Reasons weights={report.weights ?? []} thresholds={report.thresholds ?? []} />
    </>,
    el,
  );
  return () => render(null, el);
}
