// What was said in a conversation: by role, tool calls folded, text as text.
import { Wrench } from "lucide-react";
import { useState } from "react";
import { bytes } from "@/lib/format";
import { Button } from "@/ui/parts";

export interface Message {
  role?: unknown;
  content?: unknown;
  tool_calls?: unknown;
  tool_call_id?: unknown;
}

export function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (content === null || content === undefined) return "";
  if (Array.isArray(content)) return content.map((part: { type?: string; text?: string }) => part?.text ?? `[${part?.type ?? "part"}]`).join("\n");
  return JSON.stringify(content, null, 2);
}

const shownFirst = 8000; // characters

// Text as text: no markup of a record is ever taken as ours.
export function LongText({ text }: { text: string }) {
  const [all, setAll] = useState(false);
  if (text.length <= shownFirst || all) return <pre className="message-text">{text}</pre>;
  return (
    <>
      <pre className="message-text">{text.slice(0, shownFirst)}</pre>
      <Button className="link" onClick={() => setAll(true)}>
        Show all {bytes(text.length)}
      </Button>
    </>
  );
}

export function MessageView({ message, name, as }: { message: Message; name?: string; as?: string }) {
  const role = typeof message.role === "string" ? message.role : "no role";
  const calls = Array.isArray(message.tool_calls) ? (message.tool_calls as { id?: string; function?: { name?: string; arguments?: unknown } }[]) : [];
  const text = textOf(message.content);
  return (
    <li className="message" data-role={as ?? role}>
      <span className="row">
        <span className="tag">{name ?? role}</span>
        {typeof message.tool_call_id === "string" && <code className="muted small">{message.tool_call_id}</code>}
      </span>
      {text !== "" && <LongText text={text} />}
      {calls.map((call, i) => (
        <details key={i} className="call">
          <summary>
            <Wrench size={13} aria-hidden /> {call.function?.name ?? "tool call"} <code className="muted">{call.id}</code>
          </summary>
          <LongText text={typeof call.function?.arguments === "string" ? call.function.arguments : JSON.stringify(call.function?.arguments, null, 2)} />
        </details>
      ))}
      {text === "" && calls.length === 0 && <span className="muted small">empty</span>}
    </li>
  );
}

// An answer is a message, some messages, or something else that is shown as it is.
function messagesIn(answer: unknown): Message[] | null {
  const list = Array.isArray(answer) ? answer : [answer];
  return list.every((one) => typeof one === "object" && one !== null && ("content" in one || "tool_calls" in one)) ? (list as Message[]) : null;
}

export function AnswerView({ answer, name = "Recorded answer", role = "output" }: { answer: unknown; name?: string; role?: string }) {
  const messages = messagesIn(answer);
  if (!messages) {
    return (
      <li className="message" data-role={role}>
        <span className="tag">{name}</span>
        <LongText text={textOf(answer)} />
      </li>
    );
  }
  return messages.map((message, i) => <MessageView key={i} message={message} name={messages.length > 1 ? `${name}, part ${i + 1}` : name} as={role} />);
}
