import { Alert, Button, Group, Modal, MultiSelect, Stack, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, call } from "@/api/client";
import { instant, useI18n, wallClock } from "@/i18n";
import { errorText } from "@/ui/ErrorState";
import type { Lookup } from "../../quality/data";
import { reviewersQuery, type Session } from "../data";

interface Props {
  session: Session;
  people: Lookup;
  onClose: () => void;
  onDone: (changed: Session) => void;
}

/** Name, date, and further reviewers; nobody is taken out, for their sheets count. */
export function ChangeDialog({ session, people, onClose, onDone }: Props) {
  const { t, timeZone } = useI18n();
  const present = session.dueBy === null ? "" : wallClock(instant(session.dueBy), timeZone).slice(0, 10);
  const [name, setName] = useState(session.name);
  const [dueBy, setDueBy] = useState(present);
  const [reviewers, setReviewers] = useState<string[]>([]);
  const known = useQuery(reviewersQuery());
  const others = (known.data ?? []).filter((one) => !session.reviewers.includes(one.id));
  const change = useMutation({
    mutationFn: () =>
      call(
        api.PATCH("/api/mind/quality/calibration/{id}", {
          params: { path: { id: session.id }, header: { "If-Unmodified-Since-Version": String(session.version) } },
          body: {
            name: name.trim(),
            ...(dueBy === present ? {} : { dueBy: dueBy || null }),
            reviewers: reviewers.map(Number),
          } as never,
        }),
      ),
    onSuccess: onDone,
  });
  return (
    <Modal opened onClose={onClose} title={t("calibration.session.change")} closeButtonProps={{ "aria-label": t("common.close") }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim()) change.mutate();
        }}
      >
        <Stack>
          <TextInput label={t("calibration.create.name")} value={name} maxLength={200} required onChange={(event) => setName(event.currentTarget.value)} data-autofocus />
          <TextInput type="date" label={t("calibration.create.due")} value={dueBy} onChange={(event) => setDueBy(event.currentTarget.value)} />
          <MultiSelect
            label={t("calibration.session.addReviewers")} description={t("calibration.session.present", { names: session.reviewers.map(people.name).join(", ") })}
            searchable value={reviewers} data={others.map(({ id, name: text }) => ({ value: String(id), label: text }))} onChange={setReviewers}
          />
          {change.error && <Alert color="red" variant="light" role="alert">{errorText(change.error, t)}</Alert>}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>{t("common.cancel")}</Button>
            <Button type="submit" loading={change.isPending}>{t("common.save")}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
