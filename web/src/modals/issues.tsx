// Invalid records by reason: how many, what it means, an example, and what to do.
import { ArrowRight, Download } from "lucide-react";
import { useQuery } from "@tanstack/react-query";
import { address } from "@/api/client";
import { ofDataset, useHealth } from "@/api/queries";
import type { RecordList } from "@/api/types";
import { useHere } from "@/screens/here";
import { count, percent, plural, shorten, words } from "@/lib/format";
import { noFilter } from "@/lib/url";
import { Modal } from "@/ui/modal";
import { Bar, Button, Empty, Loading, Notice, ProblemNotice } from "@/ui/parts";
import { CircleCheck } from "lucide-react";

const help: Record<string, string> = {
  invalid_json: "The line is not JSON. Often a cut line, a trailing comma or single quotes.",
  invalid_structure: "The line is JSON, but not an object.",
  missing_messages: "There is no array of messages.",
  empty_messages: "The messages are empty or not an array.",
  invalid_role: "A message has a role that is not system, developer, user, assistant, tool or function.",
  no_user_message: "There is no message from a user, so there is nothing to answer.",
  empty_user_message: "The last user message is blank.",
  user_message_too_short: "The user message is shorter than the limit in the settings.",
  invalid_tool_call: "A tool call lacks id, type or name, or its arguments are not a JSON object in a string.",
  missing_tool_call_id: "A tool message does not say which call it answers.",
  orphan_tool_result: "A tool message answers a call that was not made before.",
  exceeds_max_tokens: "The record is longer than the token limit in the settings.",
};

export default function IssuesModal() {
  const here = useHere();
  const health = useHealth(here.id, here.at);
  const codes = Object.entries(health.data?.by_code ?? {}).sort((a, b) => b[1] - a[1]);
  return (
    <Modal
      title="Issues"
      size="medium"
      close={here.close}
      head={health.data && <span className="chip num">{count(health.data.invalid)} invalid</span>}
      foot={
        codes.length > 0 ? (
          <>
            <span className="grow" />
            <a className="button" href={address(`/datasets/${here.id}/export`, { what: "records", valid: false, at: here.at })} download>
              <Download size={15} aria-hidden />
              Download them
            </a>
            <Button className="primary" onClick={() => here.open("records", { ...noFilter, valid: "false" })}>
              View all {count(health.data?.invalid ?? 0)}
            </Button>
          </>
        ) : undefined
      }
    >
      {health.isError && <ProblemNotice error={health.error} retry={() => void health.refetch()} />}
      {health.isPending && <Loading lines={4} />}
      {health.data && codes.length === 0 && (
        <Empty icon={<CircleCheck size={32} className="ok" aria-hidden />} title={health.data.records > 0 ? "Every record is valid" : "No records yet"}>
          <p>{health.data.records > 0 ? "Nothing has to be mended." : "Records are checked as they come in."}</p>
        </Empty>
      )}
      {health.data && codes.length > 0 && (
        <>
          <Notice>
            Invalid records are left out of topics, coverage and training, and kept for review. They can be edited, deleted or downloaded.
          </Notice>
          <ul className="issues">
            {codes.map(([code, records]) => (
              <Issue key={code} code={code} records={records} all={health.data.invalid} />
            ))}
          </ul>
        </>
      )}
    </Modal>
  );
}

function Issue({ code, records, all }: { code: string; records: number; all: number }) {
  const here = useHere();
  const { data } = useQuery(ofDataset<RecordList>(here.id, here.at, "records", "/records", { code, limit: 1 }));
  const example = data?.items[0];
  return (
    <li className="issue">
      <div className="row">
        <b className="grow">{words(code)}</b>
        <span className="num muted small">{percent(records, all)}</span>
        <Button className="small" onClick={() => here.open("records", { ...noFilter, code })}>
          {plural(records, "record")}
          <ArrowRight size={13} aria-hidden />
        </Button>
      </div>
      <Bar label={`${percent(records, all)} of the invalid records`} parts={[{ name: "these", value: records, color: "var(--warn)" }, { name: "others", value: all - records, color: "transparent" }]} />
      <p className="small muted">{help[code] ?? ""}</p>
      {example && (
        <button type="button" className="run-open small" onClick={() => here.open("records", { ...noFilter, code, record: example.id })}>
          <span className="mono">{example.id}</span>
          <span className="clip grow muted">{shorten(example.detail ?? example.preview, 140)}</span>
        </button>
      )}
    </li>
  );
}
