// Where one is, the state of the connection, and what can be brought in and out.
import { ArrowDownToLine, ArrowUpFromLine, ChevronRight, DownloadCloud, FileDown, FileUp, GitCompare, HelpCircle, ListTree, Replace, ScrollText, Search, Settings2, Table2 } from "lucide-react";
import { useEffect, useState } from "react";
import { Link } from "wouter";
import { address } from "@/api/client";
import { useFeedSince, useFeedState } from "@/api/live";
import { Mark, ThemeMenu } from "@/screens/shell";
import { useHere, useMoment } from "@/screens/here";
import { count, duration } from "@/lib/format";
import { noFilter, patched } from "@/lib/url";
import { DropMenu } from "@/ui/menu";
import { CopyButton, IconButton } from "@/ui/parts";
import { Tip } from "@/ui/tips";

export function CanvasHeader() {
  const here = useHere();
  const exportOf = (what: string) => address(`/datasets/${here.id}/export`, { what, at: here.at });
  const blocked = here.readOnly.length > 0;
  return (
    <header className="topbar canvas-header">
      <Link href="/finetune" className="brand" aria-label="rftd: all datasets">
        <Mark />
      </Link>
      <nav className="crumbs" aria-label="Where you are">
        <Link href="/finetune">Datasets</Link>
        <ChevronRight size={14} aria-hidden />
        <Name />
      </nav>
      <LiveChip />
      <span className="grow" />
      <Tip text="Find anything (Ctrl K)">
        <button type="button" className="button quiet find" onClick={() => here.open("palette")}>
          <Search size={15} aria-hidden />
          <span className="label-narrow">Find</span>
          <kbd className="kbd hide-narrow">Ctrl K</kbd>
        </button>
      </Tip>
      <button type="button" className="button" onClick={() => here.open("records", noFilter)}>
        <Table2 size={15} aria-hidden />
        <span className="label-narrow">Records</span>
      </button>
      <DropMenu
        trigger={
          <button type="button" className="button">
            <FileUp size={15} aria-hidden />
            <span className="label-narrow">Import / Export</span>
          </button>
        }
        entries={[
          { label: "Append records…", icon: <ArrowUpFromLine size={15} aria-hidden />, disabled: blocked, hint: blocked ? "not in the past" : undefined, act: () => here.open("import", { mode: "append" }) },
          { label: "Pull new traces…", icon: <DownloadCloud size={15} aria-hidden />, disabled: blocked, hint: blocked ? "not in the past" : undefined, act: () => here.open("pull") },
          { label: "Replace records…", icon: <Replace size={15} aria-hidden />, disabled: blocked, hint: blocked ? "not in the past" : undefined, act: () => here.open("import", { mode: "replace" }) },
          { label: "Import topics…", icon: <ListTree size={15} aria-hidden />, disabled: blocked, hint: blocked ? "not in the past" : undefined, act: () => here.open("import-topics") },
          "line",
          { label: "Download records", icon: <ArrowDownToLine size={15} aria-hidden />, hint: "JSONL", href: exportOf("records") },
          { label: "Download topics", icon: <ArrowDownToLine size={15} aria-hidden />, hint: "JSON", href: exportOf("topics") },
          { label: "Export with a filter or shape…", icon: <FileDown size={15} aria-hidden />, act: () => here.open("export") },
        ]}
      />
      <LinkToMoment />
      <IconButton label="Compare two moments" onClick={() => here.open("diff")}>
        <GitCompare size={16} aria-hidden />
      </IconButton>
      <Tip text="Event log">
        <Link href={`/finetune/${here.id}/events`} className="button quiet icon hide-narrow" aria-label="Event log">
          <ScrollText size={16} aria-hidden />
        </Link>
      </Tip>
      <Tip text="Settings">
        <Link href={`/finetune/${here.id}/settings`} className="button quiet icon" aria-label="Settings">
          <Settings2 size={16} aria-hidden />
        </Link>
      </Tip>
      <span className="hide-narrow">
        <IconButton label="Keyboard shortcuts (?)" onClick={() => here.open("keys")}>
          <HelpCircle size={16} aria-hidden />
        </IconButton>
      </span>
      <ThemeMenu />
    </header>
  );
}

function Name() {
  const here = useHere();
  return (
    <h1 className="clip" title={useMoment().objective}>
      {here.canvas.name}
    </h1>
  );
}

function LinkToMoment() {
  const { position } = useMoment();
  const link = window.location.origin + window.location.pathname + patched(window.location.search, { at: position });
  return <CopyButton text={link} label="Copy link to this moment" />;
}

function Ahead() {
  const { head, position } = useMoment();
  return head > position && ` +${count(head - position)}`;
}

function LiveChip() {
  const here = useHere();
  const state = useFeedState(here.id);
  const since = useFeedSince(here.id);
  const [now, setNow] = useState(Date.now());
  const broken = state === "reconnecting";
  useEffect(() => {
    if (!broken) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [broken]);
  if (!here.live) {
    return (
      <button type="button" className="live-chip" data-tone="past" onClick={() => here.goTo(null)}>
        Live
        <Ahead />
      </button>
    );
  }
  const text = broken ? `Reconnecting, ${duration(Math.max(1000, now - since))}` : state === "live" ? "Live" : "Connecting";
  return (
    <span className="live-chip" data-tone={broken ? "warn" : state === "live" ? "ok" : "idle"}>
      <i aria-hidden />
      {text}
    </span>
  );
}
