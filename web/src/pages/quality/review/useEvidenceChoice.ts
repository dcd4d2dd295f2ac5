import { useMemo, useState } from "react";
import { samePassage, sentencesOf, type Passage } from "../model/text";
import type { Evidence, Message, ScoredCriterion } from "../model/types";
import { toggled } from "./ConversationPane";

const MAX_PASSAGES = 10;

interface State {
  criterion: ScoredCriterion;
  chosen: Passage[];
  cursor: number;
}

/** Choosing the passages of one criterion: sentence by sentence with the keys, or by marking text. */
export function useEvidenceChoice(
  messages: readonly Message[],
  assessedIds: ReadonlySet<number>,
  language: string,
  onDone: (criterion: ScoredCriterion, evidence: Evidence[]) => void,
  onTooMany: () => void,
) {
  const [state, setState] = useState<State | null>(null);
  const sentences = useMemo(
    () => messages.flatMap((message) => sentencesOf(message.id, message.bodyPlain, language)),
    [messages, language],
  );
  const change = (chosen: Passage[]) => {
    if (!state) return;
    if (chosen.length > MAX_PASSAGES) onTooMany();
    else setState({ ...state, chosen });
  };
  return {
    criterion: state?.criterion ?? null,
    choice: state && {
      chosen: state.chosen,
      cursor: sentences[state.cursor] ?? null,
      onToggle: (passage: Passage) => change(toggled(state.chosen, passage)),
    },
    begin(criterion: ScoredCriterion) {
      const first = criterion.evidence[0];
      const near = first
        ? sentences.findIndex((one) => one.conversationId === first.conversationId && one.end > first.start)
        : sentences.findIndex((one) => assessedIds.has(one.conversationId));
      setState({ criterion, chosen: [...criterion.evidence], cursor: Math.max(0, near) });
    },
    move(by: number) {
      if (state) setState({ ...state, cursor: Math.min(sentences.length - 1, Math.max(0, state.cursor + by)) });
    },
    toggle() {
      const cursor = state && sentences[state.cursor];
      if (state && cursor) change(toggled(state.chosen, cursor));
    },
    done() {
      if (!state) return;
      const before = state.criterion.evidence;
      const same = before.length === state.chosen.length && before.every((one) => state.chosen.some((two) => samePassage(one, two)));
      if (!same) onDone(state.criterion, state.chosen);
      setState(null);
    },
    cancel: () => setState(null),
  };
}
