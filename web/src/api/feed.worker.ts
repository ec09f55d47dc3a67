// Shared by all tabs: a browser gives one host six connections over HTTP/1.1, so a stream for each tab would starve
// the seventh. One stream a dataset, handed on to every tab that shows it.
import { Feed, type FeedMessage } from "./feed";

interface Room {
  feed: Feed;
  ports: Map<MessagePort, number>; // when each was heard of last
}
// `lock` is held by the tab as long as it lives.
export type ToWorker = { kind: "join" | "leave" | "ping"; dataset: string; from: number; lock: string };

const rooms = new Map<string, Room>();
const silence = 150_000; // ms; a hidden tab may be let run once a minute only

function join(dataset: string, from: number, port: MessagePort) {
  let room = rooms.get(dataset);
  if (room?.feed.state === "gone") {
    rooms.delete(dataset);
    room = undefined;
  }
  if (!room) {
    const ports = new Map([[port, Date.now()]]);
    const tell = (message: FeedMessage) => [...ports.keys()].forEach((one) => one.postMessage(message));
    rooms.set(dataset, { feed: new Feed(dataset, from, tell), ports });
    return;
  }
  room.ports.set(port, Date.now());
  const { state, since, last } = room.feed;
  port.postMessage({ kind: "state", state, since, last } satisfies FeedMessage);
  if (last > from) port.postMessage({ kind: "resync", head: last } satisfies FeedMessage);
}

function leave(dataset: string, port: MessagePort) {
  const room = rooms.get(dataset);
  if (!room) return;
  room.ports.delete(port);
  if (room.ports.size > 0) return;
  room.feed.close();
  rooms.delete(dataset);
}

setInterval(() => {
  for (const [dataset, room] of rooms) {
    for (const [port, heard] of room.ports) if (Date.now() - heard > silence) leave(dataset, port);
  }
}, 30_000);

(self as unknown as SharedWorkerGlobalScope).onconnect = (connection) => {
  const port = connection.ports[0];
  port.onmessage = ({ data }: MessageEvent<ToWorker>) => {
    if (data.kind === "join") {
      join(data.dataset, data.from, port);
      void navigator.locks?.request(data.lock, () => leave(data.dataset, port));
    }
    if (data.kind === "leave") leave(data.dataset, port);
    if (data.kind === "ping") rooms.get(data.dataset)?.ports.set(port, Date.now());
  };
};
