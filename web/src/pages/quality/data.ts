import { keepPreviousData, queryOptions, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { api, call } from "@/api/client";
import { ApiError } from "@/api/errors";
import type { AssessmentUpdate, Assessment, Scorecard, ScorecardSummary, ScorecardWithRevisions } from "./model/types";

const MINUTE = 60_000;

export const assessmentQuery = (id: number) =>
  queryOptions({
    queryKey: ["quality", "assessment", id],
    queryFn: async () =>
      (await call(
        api.GET("/api/mind/quality/assessment/{id}", { params: { path: { id }, query: { format: "full" } } }),
      )) as Assessment,
    staleTime: MINUTE,
  });

export const scorecardQuery = (id: number) =>
  queryOptions({
    queryKey: ["quality", "scorecard", id],
    queryFn: async () =>
      (await call(
        api.GET("/api/mind/quality/scorecard/{id}", { params: { path: { id }, query: { format: "full" } } }),
      )) as ScorecardWithRevisions,
    staleTime: MINUTE,
  });

export const scorecardsQuery = (states: string) =>
  queryOptions({
    queryKey: ["quality", "scorecards", states],
    queryFn: async () =>
      (await call(
        api.GET("/api/mind/quality/scorecard", { params: { query: { state: states, format: "summary" } as never } }),
      )) as ScorecardSummary[],
    staleTime: MINUTE,
  });

export const messagesQuery = (ticketId: number) =>
  queryOptions({
    queryKey: ["quality", "messages", ticketId],
    queryFn: async () =>
      (await call(api.GET("/api/mind/ticket/{ticketId}/conversation", { params: { path: { ticketId } } })))
        .conversations,
    staleTime: MINUTE,
  });

export const worklogQuery = (id: number | null) =>
  queryOptions({
    queryKey: ["quality", "worklog", id],
    queryFn: () => call(api.GET("/api/mind/worklog/{id}", { params: { path: { id: id ?? 0 } } })),
    staleTime: MINUTE,
    enabled: id !== null,
    retry: false,
  });

/** Everything that a review shows, so that moving on needs no waiting. */
export async function prefetchReview(client: QueryClient, id: number): Promise<void> {
  try {
    const assessment = await client.fetchQuery(assessmentQuery(id));
    await Promise.all([
      client.prefetchQuery(messagesQuery(assessment.ticketId)),
      client.prefetchQuery(scorecardQuery(assessment.scorecardId)),
      assessment.worklogId === null ? undefined : client.prefetchQuery(worklogQuery(assessment.worklogId)),
    ]);
  } catch {
    // Whoever opens the page sees the failure there.
  }
}

export async function patchAssessment(id: number, version: number, body: AssessmentUpdate): Promise<Assessment> {
  const answer = await call(
    api.PATCH("/api/mind/quality/assessment/{id}", {
      params: { path: { id }, header: { "If-Unmodified-Since-Version": String(version) } },
      body,
    }),
  );
  return answer as Assessment;
}

export const isStale = (error: unknown): boolean => error instanceof ApiError && error.code === "stale_object";

/** What follows from a finished or changed review: the lists are read again when they are shown. */
export function useForgetLists(): () => void {
  const client = useQueryClient();
  return useCallback(() => {
    for (const key of ["queue", "assessments", "mine"]) void client.invalidateQueries({ queryKey: ["quality", key] });
  }, [client]);
}

interface Named {
  id: number;
  name: string;
}

async function readPeople(): Promise<Named[]> {
  const { profiles } = await call(
    api.GET("/api/mind/profiles", {
      params: { query: { format: "short", limit: 1000, show: ["all"] } },
    }),
  );
  return profiles.map((profile) => ({ id: profile.id, name: `${profile.firstName} ${profile.lastName}`.trim() }));
}

const byName = (a: Named, b: Named): number => a.name.localeCompare(b.name);

export interface Lookup {
  list: Named[];
  name: (id: number | null | undefined) => string;
}

function lookupOf(list: Named[] | undefined): Lookup {
  const names = new Map((list ?? []).map((item) => [item.id, item.name]));
  return {
    list: [...(list ?? [])].sort(byName),
    name: (id) => (id === null || id === undefined ? "" : (names.get(id) ?? `#${id}`)),
  };
}

export function usePeople(): Lookup {
  const { data } = useQuery({ queryKey: ["people", "names"], queryFn: readPeople, staleTime: 5 * MINUTE, select: lookupOf });
  return data ?? lookupOf([]);
}

export function useTeams(): Lookup {
  const { data } = useQuery({
    queryKey: ["teams", "names"],
    queryFn: async () =>
      (await call(api.GET("/api/mind/teams", { params: { query: { limit: 1000 } } }))).teams.map(({ id, name }) => ({
        id,
        name,
      })),
    staleTime: 5 * MINUTE,
    select: lookupOf,
  });
  return data ?? lookupOf([]);
}

export function useTags(): Lookup {
  const { data } = useQuery({
    queryKey: ["tags", "names"],
    queryFn: async () =>
      (await call(api.GET("/api/mind/tag", { params: { query: { reference: "ticket" } as never } }))).tags.map(
        (tag: { id: number; name: string; fullName?: string }) => ({ id: tag.id, name: tag.fullName ?? tag.name }),
      ),
    staleTime: 5 * MINUTE,
    select: lookupOf,
  });
  return data ?? lookupOf([]);
}

/** Names of the families, by `baseId`; the newest name counts. */
export function useFamilies(): Lookup {
  const { data } = useQuery({
    ...scorecardsQuery("active,draft,retired"),
    select: (cards: ScorecardSummary[]) => {
      const families = new Map<number, string>();
      for (const card of cards) if (!families.has(card.baseId)) families.set(card.baseId, card.name);
      return lookupOf([...families].map(([id, name]) => ({ id, name })));
    },
  });
  return data ?? lookupOf([]);
}

export interface AssessmentFilters {
  state?: string;
  user?: number;
  team?: number;
  scorecardBaseId?: number;
  orderByField?: "createdAt" | "modifiedAt" | "percentage" | "ticketId";
  orderByDirection?: "asc" | "desc";
  limit?: number;
  offset?: number;
}

export const assessmentsQuery = (filters: AssessmentFilters) =>
  queryOptions({
    queryKey: ["quality", "assessments", filters],
    queryFn: () => call(api.GET("/api/mind/quality/assessment", { params: { query: filters as never } })),
    placeholderData: keepPreviousData,
  });

export type { Scorecard };
