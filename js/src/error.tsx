import { RpcError } from "./rpc";

export function ErrorBox({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const message = error instanceof Error ? error.message : String(error);
  const hint = error instanceof RpcError ? error.hint : null;
  const field = error instanceof RpcError ? error.field : null;
  return (
    <div class="imcp-error" role="alert">
      <span>
        {field && <strong>{field}: </strong>}
        {message}
        {hint && <em> ({hint})</em>}
      </span>
      {onRetry && (
        <button type="button" class="imcp-button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}
