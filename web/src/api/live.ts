import { useEffect, useRef } from "react";

export type LiveEvent = "ticket" | "presence" | "notification" | "assessment" | "export" | "queue" | "job" | "resync";
const EVENTS: LiveEvent[] = ["ticket", "presence", "notification", "assessment", "export", "queue", "job", "resync"];

/**
 * Changes told by the server while the component is shown. The stream carries ids only; read the rows by the ordinary
 * calls. Without the stream (an older server, a proxy that holds it back) nothing is told, and polling goes on.
 */
export function useLive(topics: string, onEvent: (event: LiveEvent, data: Record<string, unknown>) => void, enabled = true) {
  const handler = useRef(onEvent);
  handler.current = onEvent;
  useEffect(() => {
    if (!enabled) return;
    let stopped = false;
    let source: EventSource | null = null;
    let timer: number | undefined;
    const open = () => {
      source = new EventSource(`/api/mind/live?topics=${encodeURIComponent(topics)}`);
      for (const name of EVENTS) {
        source.addEventListener(name, (event) => {
          handler.current(name, JSON.parse((event as MessageEvent<string>).data) as Record<string, unknown>);
        });
      }
      source.addEventListener("end", () => {
        source?.close();
        if (!stopped) timer = window.setTimeout(open, 5_000);
      });
    };
    open();
    return () => {
      stopped = true;
      window.clearTimeout(timer);
      source?.close();
    };
  }, [topics, enabled]);
}
