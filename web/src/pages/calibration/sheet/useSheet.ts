import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { api, call } from "@/api/client";
import { itemQuery, sessionQuery, type ItemToScore, type SheetRead } from "../data";
import { draftOf, withChange, type Change, type Draft, type Placed } from "./model";

export type SaveState = "saved" | "waiting" | "saving" | "failed";
const PAUSE_MS = 700;

function recall(place: string): Draft | null {
  try {
    return JSON.parse(sessionStorage.getItem(place) ?? "null") as Draft | null;
  } catch {
    return null;
  }
}

/**
 * A sheet at work: shown at once, sent after a short pause, one request at a time. What is not sent yet survives a
 * reload of the page.
 */
export function useSheet(item: ItemToScore, editable: boolean) {
  const client = useQueryClient();
  const place = `assaydesk.sheet.${item.calibrationId}.${item.worklogId}`;
  const kept = useRef<Draft | null | undefined>(undefined);
  if (kept.current === undefined) kept.current = editable ? recall(place) : null;
  const [draft, setDraft] = useState<Draft>(() => kept.current ?? draftOf(item));
  const [save, setSave] = useState<SaveState>(kept.current ? "waiting" : "saved");
  const [error, setError] = useState<unknown>(null);
  const [undone, setUndone] = useState<{ id: number; draft: Draft }[]>([]);
  const latest = useRef(draft);
  const dirty = useRef(Boolean(kept.current));
  const timer = useRef<number | undefined>(undefined);
  const running = useRef<Promise<unknown>>(Promise.resolve());

  const send = useCallback(
    (submit: boolean): Promise<SheetRead | null> => {
      window.clearTimeout(timer.current);
      const next = running.current.then(async () => {
        if (!dirty.current && !submit) return null;
        const sent = latest.current;
        dirty.current = false;
        setSave("saving");
        try {
          const sheet = await call(
            api.PUT("/api/mind/quality/calibration/{id}/item/{worklogId}", {
              params: { path: { id: item.calibrationId, worklogId: item.worklogId } },
              body: { criteria: Object.values(sent.answers), comment: sent.comment, submit },
            }),
          );
          client.setQueryData(itemQuery(item.calibrationId, item.worklogId).queryKey, { ...item, sheet });
          void client.invalidateQueries({ queryKey: sessionQuery(item.calibrationId).queryKey, exact: true });
          if (submit) void client.invalidateQueries({ queryKey: ["quality", "calibration", "list"] });
          setError(null);
          if (latest.current === sent) sessionStorage.removeItem(place);
          setSave(dirty.current ? "waiting" : "saved");
          return sheet;
        } catch (failure) {
          dirty.current = true;
          setError(failure);
          setSave("failed");
          throw failure;
        }
      });
      running.current = next.catch(() => undefined);
      return next;
    },
    [client, item, place],
  );

  const put = (next: Draft) => {
    latest.current = next;
    dirty.current = true;
    setDraft(next);
    setSave("waiting");
    sessionStorage.setItem(place, JSON.stringify(next));
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => void send(false).catch(() => undefined), PAUSE_MS);
  };

  const sender = useRef(send);
  sender.current = send;
  useEffect(() => {
    if (dirty.current) void sender.current(false).catch(() => undefined);
    const warn = (event: BeforeUnloadEvent) => {
      if (dirty.current) event.preventDefault();
    };
    window.addEventListener("beforeunload", warn);
    return () => {
      window.removeEventListener("beforeunload", warn);
      if (dirty.current) void sender.current(false).catch(() => undefined);
    };
  }, []);

  return {
    draft,
    save,
    error,
    answer: (where: Placed, change: Change) => {
      setUndone((before) => [...before.slice(-49), { id: where.criterion.id, draft: latest.current }]);
      put(withChange(latest.current, where, change));
    },
    write: (comment: string) => put({ ...latest.current, comment }),
    canUndo: undone.length > 0,
    /** Takes the last answer back; answers the id of its criterion. */
    undo: (): number | null => {
      const last = undone.at(-1);
      if (!last) return null;
      setUndone(undone.slice(0, -1));
      put({ ...last.draft, comment: latest.current.comment });
      return last.id;
    },
    retry: () => void send(false).catch(() => undefined),
    submit: () => send(true),
  };
}
