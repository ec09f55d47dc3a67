// Which model: those that are configured, or how to configure one.
import { useModels } from "@/api/grading";
import { Notice, ProblemNotice } from "@/ui/parts";

export function ModelSelect({ ids, value, change, empty }: { ids: object; value: string; change: (model: string) => void; empty: string }) {
  const models = useModels();
  const items = models.data?.items ?? [];
  return (
    <select {...ids} className="select" value={value} onChange={(event) => change(event.target.value)}>
      <option value="">{empty}</option>
      {value !== "" && !items.some((one) => one.id === value || one.model === value) && <option value={value}>{value} (not configured)</option>}
      {items.map((one) => (
        <option key={one.id} value={value === one.model ? one.model : one.id}>
          {one.model} · {one.provider}
          {one.reachable ? "" : " (does not answer)"}
        </option>
      ))}
    </select>
  );
}

// Nothing while at least one model is there.
export function NoModels({ what }: { what: string }) {
  const models = useModels();
  if (models.isError) return <ProblemNotice error={models.error} retry={() => void models.refetch()} />;
  if (!models.data || models.data.items.length > 0) return null;
  const broken = models.data.providers.filter((one) => one.error);
  return (
    <Notice tone="warn">
      <p className="strong">{broken.length > 0 ? "No configured model answers" : "No language model is configured"}</p>
      {broken.map((one) => (
        <p key={one.provider} className="small">
          {one.provider}: {one.error}
        </p>
      ))}
      <p className="small">
        {what} {models.data.hint ?? "Add a section [[models]] to rftd.toml and start rftd again."}
      </p>
      <pre className="payload">{`[[models]]\nname = "openai"\nbase_url = "https://api.openai.com/v1"\ncredential = "OPENAI_API_KEY"\nmodels = ["gpt-4o-mini"]`}</pre>
      <p className="small">A server on this machine that speaks the same API, such as llama-server or vLLM, works too and needs no credential.</p>
    </Notice>
  );
}
