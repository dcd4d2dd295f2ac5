import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, call, type Schema } from "@/api/client";

export type Checked = Schema<"DraftScorecard">;
export type Criterion = Schema<"DraftCriterion">;
export type Turn = "better" | "worse";

const PAUSE_MS = 700;
const SHORTEST = 12;

export interface Coach {
  state: "idle" | "checking" | "checked" | "failed";
  scorecards: Checked[];
  /** What the last check changed, by `<scorecardId>.<criterionId>`. */
  turns: Record<string, Turn>;
  again: () => void;
}

/** Checks an unsent reply once its writer pauses; a check that was overtaken is called off. */
export function useCoach(ticketId: number, draft: string, enabled: boolean): Coach {
  const text = draft.trim();
  const [settled] = useDebouncedValue(text, PAUSE_MS);
  const wanted = enabled && text.length >= SHORTEST;
  const check = useQuery({
    queryKey: ["coach", ticketId, settled],
    queryFn: ({ signal }) =>
      call(api.POST("/api/mind/ticket/{ticketId}/quality/check", {
        params: { path: { ticketId } }, body: { draftText: settled }, signal,
      })),
    enabled: wanted && settled.length >= SHORTEST,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 60_000,
    retry: false,
  });

  const answered = check.data && !check.isPlaceholderData ? check.data.scorecards : null;
  const [last, setLast] = useState<{ scorecards: Checked[]; turns: Record<string, Turn> }>({ scorecards: [], turns: {} });
  useEffect(() => {
    if (answered) setLast((before) => (before.scorecards === answered ? before : { scorecards: answered, turns: turnsOf(before.scorecards, answered) }));
  }, [answered]);

  const busy = wanted && (check.isFetching || settled !== text);
  return {
    state: !wanted ? "idle" : busy ? "checking" : check.isError ? "failed" : "checked",
    scorecards: wanted ? last.scorecards : [],
    turns: last.turns,
    again: () => void check.refetch(),
  };
}

const criteriaOf = (scorecard: Checked) => scorecard.categories.flatMap(({ criteria }) => criteria);

function turnsOf(before: Checked[], now: Checked[]): Record<string, Turn> {
  const turns: Record<string, Turn> = {};
  for (const scorecard of now) {
    const old = before.find(({ scorecardId }) => scorecardId === scorecard.scorecardId);
    if (!old) continue;
    const scores = new Map(criteriaOf(old).map(({ criterionId, score }) => [criterionId, score]));
    for (const { criterionId, score } of criteriaOf(scorecard)) {
      const earlier = scores.get(criterionId) ?? null;
      if (score === null || earlier === null || score === earlier) continue;
      turns[`${scorecard.scorecardId}.${criterionId}`] = score > earlier ? "better" : "worse";
    }
  }
  return turns;
}
