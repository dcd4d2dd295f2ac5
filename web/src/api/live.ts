import { useEffect, useRef } from "react";

export type LiveEvent = "ticket" | "presence" | "notification" | "assessment" | "export" | "queue" | "job" | "resync";
type Handler = (event: LiveEvent, data: Record<string, unknown>) => void;

const EVENTS: LiveEvent[] = ["ticket", "presence", "notification", "assessment", "export", "queue", "job", "resync"];
const SETTLE_MS = 150;
const AGAIN_MS = 5_000;

const subscribers = new Map<symbol, { topics: string; handle: (event: LiveEvent, data: Record<string, unknown>) => void }>();
let source: EventSource | null = null;
let openTopics = "";
let timer: number | undefined;
const QUIET_MS = 3_000;
let quietUntil = 0;

/** Ends the stream before the session does, so that nobody asks for it without one. */
export function closeLive(): void {
  quietUntil = Date.now() + QUIET_MS;
  window.clearTimeout(timer);
  source?.close();
  source = null;
  openTopics = "";
}

/** A browser keeps few connections to one server open, so all parts of a tab share one stream. */
function settle(after = SETTLE_MS): void {
  window.clearTimeout(timer);
  timer = window.setTimeout(() => {
    const wanted = [...new Set([...subscribers.values()].flatMap(({ topics }) => topics.split(",")))].sort().join(",");
    if (wanted === openTopics && source) return;
    source?.close();
    source = null;
    openTopics = wanted;
    if (wanted) open(wanted);
  }, Math.max(after, quietUntil - Date.now()));
}

function open(topics: string): void {
  const stream = new EventSource(`/api/mind/live?topics=${encodeURIComponent(topics)}`);
  source = stream;
  for (const name of EVENTS) {
    stream.addEventListener(name, (event) => {
      const data = JSON.parse((event as MessageEvent<string>).data) as Record<string, unknown>;
      for (const { handle } of subscribers.values()) handle(name, data);
    });
  }
  stream.addEventListener("end", () => {
    stream.close();
    if (source === stream) source = null;
    settle(AGAIN_MS);
  });
}

/**
 * Changes told by the server while the component is shown. The stream carries ids only: read the rows by the ordinary
 * calls. `topics`: comma list. A handler also hears the topics of others, so look at the event.
 */
export function useLive(topics: string, onEvent: Handler, enabled = true): void {
  const handler = useRef(onEvent);
  handler.current = onEvent;
  useEffect(() => {
    if (!enabled) return;
    const key = Symbol(topics);
    subscribers.set(key, { topics, handle: (event, data) => handler.current(event, data) });
    settle();
    return () => {
      subscribers.delete(key);
      settle();
    };
  }, [topics, enabled]);
}
