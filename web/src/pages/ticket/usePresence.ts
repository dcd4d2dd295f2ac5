import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, call } from "@/api/client";
import { useMe } from "@/app/auth";

const PING_MS = 10_000;

/** Tells the server that somebody works here, as long as the page is seen; answers who else does, and the seconds. */
export function usePresence(ticketId: number) {
  const me = useMe();
  const [seconds, setSeconds] = useState(0);
  const ping = useQuery({
    queryKey: ["ping", ticketId],
    queryFn: () =>
      call(api.GET("/api/mind/ticket/{ticketId}/ping", {
        params: { path: { ticketId }, query: { focused: document.hasFocus() } },
      })),
    refetchInterval: PING_MS,
    refetchIntervalInBackground: false,
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
  useEffect(() => {
    setSeconds(0);
    const timer = window.setInterval(() => {
      if (document.visibilityState === "visible") setSeconds((before) => before + 1);
    }, 1000);
    const leave = () => {
      void fetch(`/api/mind/ticket/${ticketId}/ping?final=true`, { keepalive: true }).catch(() => undefined);
    };
    window.addEventListener("pagehide", leave);
    return () => {
      window.clearInterval(timer);
      window.removeEventListener("pagehide", leave);
      leave();
    };
  }, [ticketId]);
  return { others: (ping.data?.workedOnBy ?? []).filter((person) => person.id !== me.id), seconds };
}
