// A download of what the dataset holds, now or at the moment shown.
import { Download } from "lucide-react";
import { useState } from "react";
import { address, type Query } from "@/api/client";
import { useRecordCount, useTopics } from "@/api/queries";
import { useHere, useMoment } from "@/screens/here";
import { count } from "@/lib/format";
import { Modal } from "@/ui/modal";
import { Button, Field } from "@/ui/parts";

const kinds = [
  ["records", "Records", "JSONL"],
  ["topics", "Topics", "JSON"],
  ["events", "The event log", "JSONL"],
  ["archive", "Everything, as one archive", "tar"],
];

export default function ExportModal() {
  const here = useHere();
  const { position } = useMoment();
  const topics = useTopics(here.id, here.at);
  const [what, setWhat] = useState("records");
  const [shape, setShape] = useState("");
  const [valid, setValid] = useState("");
  const [topic, setTopic] = useState("");
  const filter: Query = what === "records" ? { valid: valid === "" ? undefined : valid === "true", topic } : {};
  const counted = useRecordCount(here.id, here.at, filter, what === "records");
  const href = address(`/datasets/${here.id}/export`, { what, at: here.at, ...(what === "records" ? { shape, ...filter } : {}) });
  return (
    <Modal
      title="Export"
      size="small"
      close={here.close}
      foot={
        <>
          <span className="grow num">
            {what === "records" && counted.data ? `${count(counted.data.total)} records` : ""} {here.live ? "" : `at event ${count(position)}`}
          </span>
          <Button onClick={here.close}>Cancel</Button>
          <a className="button primary" href={href} download>
            <Download size={15} aria-hidden />
            Download
          </a>
        </>
      }
    >
      <Field label="What">
        {(ids) => (
          <select {...ids} className="select" value={what} onChange={(event) => setWhat(event.target.value)}>
            {kinds.map(([id, name, format]) => (
              <option key={id} value={id}>
                {name} ({format})
              </option>
            ))}
          </select>
        )}
      </Field>
      {what === "records" && (
        <>
          <Field label="Shape" hint="As imported gives every line back as it came, byte for byte.">
            {(ids) => (
              <select {...ids} className="select" value={shape} onChange={(event) => setShape(event.target.value)}>
                <option value="">As imported</option>
                <option value="chat">Chat: messages</option>
                <option value="rft">RFT: prompt, reference answer and fields</option>
                <option value="sft">SFT: prompt with the recorded answer</option>
              </select>
            )}
          </Field>
          <Field label="Validity">
            {(ids) => (
              <select {...ids} className="select" value={valid} onChange={(event) => setValid(event.target.value)}>
                <option value="">Valid and invalid</option>
                <option value="true">Valid only</option>
                <option value="false">Invalid only</option>
              </select>
            )}
          </Field>
          <Field label="Topic">
            {(ids) => (
              <select {...ids} className="select" value={topic} onChange={(event) => setTopic(event.target.value)}>
                <option value="">Every topic</option>
                <option value="none">Uncategorized</option>
                {(topics.data?.topics ?? []).map((one) => (
                  <option key={one.id} value={one.id}>
                    {one.name}
                  </option>
                ))}
              </select>
            )}
          </Field>
        </>
      )}
    </Modal>
  );
}
