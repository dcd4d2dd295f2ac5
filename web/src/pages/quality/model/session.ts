/**
 * One review at work: what the server holds, what is not stored yet, and what can be undone. Edits show at once, are
 * sent together after a short pause, one request at a time, and survive a reload of the page until they are stored.
 */

import { applyEdit, locate, mergeEdit, revertTo, updatesOf, withEdits } from "./review";
import type { CriterionEdit, Edits } from "./review";
import type { Assessment, AssessmentUpdate, ScoredCategory, ScoredCriterion } from "./types";

export type Texts = Pick<AssessmentUpdate, "supervisorAssessment" | "aiSummary" | "discussionDate" | "assessmentDate">;

interface Pending {
  edits: Edits;
  texts: Texts;
}

export type SaveState = "saved" | "waiting" | "saving" | "failed";

export interface ReviewSnapshot {
  server: Assessment;
  categories: ScoredCategory[];
  texts: Texts;
  save: SaveState;
  error: unknown;
  canUndo: boolean;
}

export interface ReviewStore {
  patch: (id: number, version: number, body: AssessmentUpdate) => Promise<Assessment>;
  stored: (assessment: Assessment) => void;
  /** A newer state of the assessment, after the server said that ours is stale. */
  reread: (id: number) => Promise<Assessment>;
  isStale: (error: unknown) => boolean;
}

const NOTHING: Pending = { edits: {}, texts: {} };
const PAUSE_MS = 700;

const isEmpty = (pending: Pending): boolean =>
  Object.keys(pending.edits).length === 0 && Object.keys(pending.texts).length === 0;

const mergePending = (first: Pending, second: Pending): Pending => ({
  edits: Object.entries(second.edits).reduce<Edits>(
    (merged, [id, edit]) => mergeEdit(merged, Number(id), edit),
    first.edits,
  ),
  texts: { ...first.texts, ...second.texts },
});

const storageKey = (id: number): string => `assaydesk.review.${id}`;

export class ReviewSession {
  private server: Assessment;
  private readonly store: ReviewStore;
  private pending: Pending;
  private sending: Pending = NOTHING;
  private running: Promise<void> | null = null;
  private error: unknown = null;
  private undone: { before: ScoredCriterion; wasPending: CriterionEdit | undefined }[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly listeners = new Set<() => void>();
  private snapshot: ReviewSnapshot;

  constructor(assessment: Assessment, store: ReviewStore) {
    this.server = assessment;
    this.store = store;
    this.pending = this.recall();
    this.snapshot = this.build();
    if (!isEmpty(this.pending)) this.wait();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  getSnapshot = (): ReviewSnapshot => this.snapshot;

  /** A state read elsewhere; an older one is ignored. */
  receive(assessment: Assessment): void {
    if (assessment.version < this.server.version || assessment === this.server) return;
    this.server = assessment;
    this.changed();
  }

  edit(criterionId: number, edit: CriterionEdit): void {
    const before = this.shown(criterionId);
    if (!before) return;
    const after = applyEdit(before, edit);
    if (JSON.stringify(after) === JSON.stringify(before)) return;
    this.undone.push({ before, wasPending: this.pending.edits[criterionId] });
    if (this.undone.length > 50) this.undone.shift();
    this.pending = { ...this.pending, edits: mergeEdit(this.pending.edits, criterionId, edit) };
    this.wait();
  }

  write(texts: Texts): void {
    this.pending = { ...this.pending, texts: { ...this.pending.texts, ...texts } };
    this.wait();
  }

  /** Take the last change of a criterion back; answers its id. */
  undo(): number | null {
    const last = this.undone.pop();
    if (!last) return null;
    const id = last.before.id;
    const edits = { ...this.pending.edits };
    const stored = this.sending.edits[id] === undefined && edits[id] !== undefined && !last.wasPending;
    if (stored) delete edits[id];
    else edits[id] = revertTo(last.before);
    this.pending = { ...this.pending, edits };
    this.wait();
    return id;
  }

  /** Give up what could not be stored. */
  discard(): void {
    clearTimeout(this.timer);
    this.pending = NOTHING;
    this.undone = [];
    this.error = null;
    this.remember();
    this.changed();
  }

  /** Send what is not stored yet; with `state` also that step of the review. */
  async flush(state?: "reviewedBySupervisor" | "discussedWithAssessee", texts?: Texts): Promise<boolean> {
    clearTimeout(this.timer);
    while (this.running) await this.running;
    if (texts) this.pending = { ...this.pending, texts: { ...this.pending.texts, ...texts } };
    if (isEmpty(this.pending) && state === undefined) return true;
    this.running = this.send(state).finally(() => {
      this.running = null;
    });
    await this.running;
    this.changed();
    return this.error === null;
  }

  private async send(state: "reviewedBySupervisor" | "discussedWithAssessee" | undefined): Promise<void> {
    this.sending = this.pending;
    this.pending = NOTHING;
    this.error = null;
    this.changed();
    const body = (): AssessmentUpdate => {
      const criteria = updatesOf(this.server.data.categories, this.sending.edits);
      return { ...this.sending.texts, ...(criteria.length > 0 ? { criteria } : {}), ...(state ? { state } : {}) };
    };
    try {
      try {
        this.accept(await this.store.patch(this.server.id, this.server.version, body()));
      } catch (error) {
        if (!this.store.isStale(error)) throw error;
        // Somebody else wrote meanwhile: the own edits name single criteria, so they go on top of the newer state.
        this.accept(await this.store.reread(this.server.id));
        this.accept(await this.store.patch(this.server.id, this.server.version, body()));
      }
      this.sending = NOTHING;
    } catch (error) {
      this.pending = mergePending(this.sending, this.pending);
      this.sending = NOTHING;
      this.error = error;
    }
    this.remember();
  }

  private accept(assessment: Assessment): void {
    // The answer to a change leaves the history out; it is read again when somebody opens it.
    this.server = { ...assessment, editingHistory: assessment.editingHistory ?? this.server.editingHistory };
    this.store.stored(this.server);
  }

  private shown(criterionId: number): ScoredCriterion | undefined {
    return locate(this.snapshot.categories).find(({ criterion }) => criterion.id === criterionId)?.criterion;
  }

  private wait(): void {
    this.error = null;
    this.remember();
    this.changed();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.flush(), PAUSE_MS);
  }

  private build(): ReviewSnapshot {
    const sent = withEdits(this.server.data.categories, this.sending.edits);
    const saving = !isEmpty(this.sending) || this.running !== null;
    return {
      server: this.server,
      categories: withEdits(sent, this.pending.edits),
      texts: { ...this.sending.texts, ...this.pending.texts },
      save: this.error ? "failed" : saving ? "saving" : isEmpty(this.pending) ? "saved" : "waiting",
      error: this.error,
      canUndo: this.undone.length > 0,
    };
  }

  private changed(): void {
    this.snapshot = this.build();
    for (const listener of this.listeners) listener();
  }

  private remember(): void {
    const left = mergePending(this.sending, this.pending);
    if (isEmpty(left)) sessionStorage.removeItem(storageKey(this.server.id));
    else sessionStorage.setItem(storageKey(this.server.id), JSON.stringify(left));
  }

  private recall(): Pending {
    const kept = sessionStorage.getItem(storageKey(this.server.id));
    if (kept === null || !this.server.canEdit) return NOTHING;
    try {
      return JSON.parse(kept) as Pending;
    } catch {
      return NOTHING;
    }
  }
}
