/** The entry of the bundle: draws the widget that the model names. */
import "./theme.css";
import { renderGrid } from "./grid/grid";
import type { RenderContext } from "./model";
import { renderReport } from "./report/report";

declare const IMCP_VERSION: string;

export const VERSION: string = IMCP_VERSION;

type Renderer = (context: RenderContext) => () => void;

const VIEWS: Record<string, Renderer> = { grid: renderGrid, report: renderReport };

function render(context: RenderContext): () => void {
  const { model, el } = context;
  const view = model.get<string>("_view");
  const root = document.createElement("div");
  root.className = "imcp";
  root.dataset["imcpVersion"] = VERSION;
  // JupyterLab's command mode would take arrow keys, Enter and Space from the focused widget.
  root.dataset["lmSuppressShortcuts"] = "true";
  el.append(root);
  const renderer = VIEWS[view];
  if (!renderer) {
    showError(root, `there is no view '${view}'`);
    return () => root.remove();
  }
  try {
    const dispose = renderer({ model, el: root });
    return () => {
      dispose();
      root.remove();
    };
  } catch (error) {
    showError(root, error instanceof Error ? error.message : String(error));
    throw error;
  }
}

function showError(root: HTMLElement, message: string): void {
  const box = document.createElement("div");
  box.className = "imcp-error";
  box.setAttribute("role", "alert");
  box.textContent = message;
  root.replaceChildren(box);
}

export default { render };
