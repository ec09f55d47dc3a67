// The pipeline as a graph: seven fixed cards, seven edges. Pan and zoom, nothing to drag or to connect.
import "./flow.css";
import { type Edge, Handle, MarkerType, type Node, type NodeProps, Panel as Corner, Position, ReactFlow, useReactFlow } from "@xyflow/react";
import { Maximize, Minus, Plus } from "lucide-react";
import { useEffect, useMemo, useRef } from "react";
import type { Card, StepName, StepState } from "@/api/types";
import { useHere } from "@/screens/here";
import { edges as pipeline } from "@/screens/steps";
import { useTheme } from "@/lib/theme";
import { IconButton } from "@/ui/parts";
import { NextCard } from "./next-card";
import { StepCard } from "./step-card";

const cell = { width: 292, height: 168 };
const gap = { x: 58, y: 78 };
const at = (column: number, row: number) => ({ x: column * (cell.width + gap.x), y: row * (cell.height + gap.y) });
// A snake, so that 3 stands right above 6: its edge is easy to miss otherwise.
const places: Record<StepName, { x: number; y: number }> = {
  extract: at(0, 0),
  topics: at(1, 0),
  coverage: at(2, 0),
  grader: at(3, 0),
  dry_run: at(3, 1),
  train: at(2, 1),
  deploy: at(1, 1),
};
const sides: Record<string, [Position, Position]> = {
  "grader-dry_run": [Position.Bottom, Position.Top],
  "coverage-train": [Position.Bottom, Position.Top],
  "dry_run-train": [Position.Left, Position.Right],
  "train-deploy": [Position.Left, Position.Right],
};
const allSides = [Position.Left, Position.Right, Position.Top, Position.Bottom];

function StepNode({ data }: NodeProps<Node<{ card: Card }>>) {
  return (
    <>
      {allSides.map((side) => (
        <span key={side} aria-hidden>
          <Handle type="source" id={`out-${side}`} position={side} isConnectable={false} />
          <Handle type="target" id={`in-${side}`} position={side} isConnectable={false} />
        </span>
      ))}
      <StepCard card={data.card} />
    </>
  );
}
const NextNode = () => <NextCard />;
const nodeTypes = { step: StepNode, next: NextNode };

function edgeState(from: StepState, to: StepState): string {
  if (to === "processing") return "running";
  const done = from === "complete" || from === "attention";
  return done && (to === "complete" || to === "attention") ? "done" : done ? "open" : "idle";
}

export default function Flow() {
  const here = useHere();
  const theme = useTheme();
  const panned = useRef(false);
  const { steps } = here.canvas;
  const nodes = useMemo<Node[]>(
    () => [
      ...steps.map((card) => ({ id: card.step, type: "step", position: places[card.step], data: { card }, ...cell, draggable: false, selectable: false, focusable: false })),
      { id: "next", type: "next", position: at(0, 1), data: {}, ...cell, draggable: false, selectable: false, focusable: false },
    ],
    [steps],
  );
  const edges = useMemo<Edge[]>(() => {
    const stateOf = (step: StepName) => steps.find((card) => card.step === step)?.state ?? "waiting";
    return pipeline.map(({ from, to }) => {
      const [out, into] = sides[`${from}-${to}`] ?? [Position.Right, Position.Left];
      const state = edgeState(stateOf(from), stateOf(to));
      return {
        id: `${from}-${to}`,
        source: from,
        target: to,
        sourceHandle: `out-${out}`,
        targetHandle: `in-${into}`,
        className: `edge-${state}`,
        focusable: false,
        selectable: false,
        markerEnd: { type: MarkerType.ArrowClosed, width: 16, height: 16, color: `var(--edge-${state})` },
      };
    });
  }, [steps]);
  return (
    <ReactFlow
      className="flow"
      colorMode={theme}
      nodes={nodes}
      edges={edges}
      nodeTypes={nodeTypes}
      nodesDraggable={false}
      nodesConnectable={false}
      nodesFocusable={false}
      edgesFocusable={false}
      elementsSelectable={false}
      deleteKeyCode={null}
      selectionKeyCode={null}
      multiSelectionKeyCode={null}
      minZoom={0.4}
      maxZoom={1.6}
      zoomOnDoubleClick={false}
      fitView
      fitViewOptions={fit}
      onMoveEnd={(event) => {
        if (event) panned.current = true;
      }}
    >
      <Refit panned={panned} />
      <Corner position="bottom-left" className="zoom">
        <Zoom panned={panned} />
      </Corner>
    </ReactFlow>
  );
}

const fit = { padding: 0.05, maxZoom: 1.15 };

function Zoom({ panned }: { panned: { current: boolean } }) {
  const flow = useReactFlow();
  return (
    <>
      <IconButton label="Zoom in" onClick={() => { panned.current = true; void flow.zoomIn(); }}>
        <Plus size={15} aria-hidden />
      </IconButton>
      <IconButton label="Zoom out" onClick={() => { panned.current = true; void flow.zoomOut(); }}>
        <Minus size={15} aria-hidden />
      </IconButton>
      <IconButton label="Fit to the window" onClick={() => { panned.current = false; void flow.fitView(fit); }}>
        <Maximize size={15} aria-hidden />
      </IconButton>
    </>
  );
}

// Keeps the whole pipeline in view when the window changes, unless somebody has moved it.
function Refit({ panned }: { panned: { current: boolean } }) {
  const flow = useReactFlow();
  useEffect(() => {
    const element = document.querySelector(".flow");
    if (!element) return;
    const observer = new ResizeObserver(() => {
      if (!panned.current) void flow.fitView(fit);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [flow, panned]);
  return null;
}
