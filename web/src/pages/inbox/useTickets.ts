import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { useLive } from "@/api/live";
import { api, call, type Schema } from "@/api/client";
import type { Query } from "./views";

export type Listed = Schema<"TicketListed">;
const PAGE = 50;
const POLL_MS = 60_000;

/** The found tickets, page after page; looked at again now and then without losing the place. */
export function useTickets(query: Query) {
  const refresh = useRefreshTickets();
  useLive("tickets", (event) => {
    if (event === "ticket" || event === "resync") void refresh();
  });
  return useInfiniteQuery({
    queryKey: ["tickets", query],
    queryFn: ({ pageParam, signal }) =>
      call(api.POST("/api/mind/ticket/search", {
        body: { limit: PAGE, cursor: pageParam, ...query } as never,
        params: { query: {} },
        signal,
      })),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor ?? null,
    placeholderData: keepPreviousData,
    refetchInterval: POLL_MS,
  });
}

export function useSavedViews() {
  return useQuery({
    queryKey: ["ticket-views"],
    queryFn: async () =>
      (await call(api.GET("/api/mind/ticketView", { params: { query: { withCounts: true } } }))).views,
    staleTime: 60_000,
  });
}

/** Makes lists of tickets look again. */
export function useRefreshTickets(): () => Promise<void> {
  const client = useQueryClient();
  return useCallback(() => client.invalidateQueries({ queryKey: ["tickets"] }), [client]);
}
