import { Alert, Button, Collapse, Group, Modal, Select, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { IconUsers } from "@tabler/icons-react";
import { useState } from "react";
import { asApiError } from "@/api/errors";
import { useI18n } from "@/i18n";
import { errorText } from "@/ui/ErrorState";
import { usePeople } from "../data";
import type { Assessment } from "../model/types";
import classes from "../quality.module.css";
import { Compared } from "./Compared";
import { askForSecond, secondOfQuery } from "./data";

interface Props {
  assessment: Assessment;
  nameOf: (id: number | null) => string;
  onAsk: () => void;
}

/** On the page of a finished review: who was asked to score it again, and what came of it. */
export function SecondPart({ assessment, nameOf, onAsk }: Props) {
  const { t, format } = useI18n();
  const [open, setOpen] = useState(false);
  const { data: review } = useQuery(secondOfQuery(assessment.id));
  if (!review) return null;
  const done = review.state === "submitted";
  return (
    <section className={classes.panel} style={{ margin: "12px 16px 4px" }} aria-label={t("second.title")}>
      <Group justify="space-between" gap="xs">
        <Group gap={8}><IconUsers size={18} aria-hidden /><Text size="sm" fw={650} component="h2">{t("second.title")}</Text></Group>
        {done ? (
          <Button size="compact-xs" variant="subtle" aria-expanded={open} onClick={() => setOpen(!open)}>{t(open ? "appeals.hide" : "second.compare")}</Button>
        ) : (
          <Button size="compact-xs" variant="subtle" onClick={onAsk}>{t("second.askOther")} …</Button>
        )}
      </Group>
      <Text size="sm" c="dimmed">
        {done
          ? t("second.handedIn", { name: nameOf(review.reviewerId), date: format.dateTime(review.submittedAt ?? "") })
          : t("second.waitsFor", { name: nameOf(review.reviewerId), date: format.dateTime(review.askedAt) })}
      </Text>
      {done && <Collapse expanded={open} mt="sm"><Compared review={review} nameOf={nameOf} /></Collapse>}
    </section>
  );
}

/** Ask somebody to score a finished review again without seeing it. */
export function AskDialog({ assessment, onClose }: { assessment: Assessment; onClose: () => void }) {
  const { t } = useI18n();
  const client = useQueryClient();
  const people = usePeople();
  const [reviewer, setReviewer] = useState<string | null>(null);
  const ask = useMutation({
    mutationFn: () => askForSecond(assessment.id, Number(reviewer)),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: secondOfQuery(assessment.id).queryKey });
      notifications.show({ color: "assay", message: t("second.asked", { name: people.name(Number(reviewer)) }) });
      onClose();
    },
  });
  const choices = people.list.filter(({ id }) => id !== assessment.assessedUser && id !== assessment.assessedByUser);
  const refusal = (error: unknown): string => {
    const { code, fields } = asApiError(error);
    if (fields.some((fault) => fault.path === "reviewerId" && fault.code === "not_allowed")) return t("second.notAllowed", { name: people.name(Number(reviewer)) });
    if (code === "already_submitted") return t("second.alreadySubmitted");
    if (code === "invalid_state") return t("second.notFinished");
    return errorText(error, t);
  };
  return (
    <Modal opened onClose={onClose} title={t("second.askTitle")} closeButtonProps={{ "aria-label": t("common.close") }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          ask.mutate();
        }}
      >
        <Stack>
          <Text size="sm">{t("second.askText")}</Text>
          <Select
            label={t("second.reviewer")} description={t("second.reviewerHint")} required searchable data-autofocus value={reviewer} onChange={setReviewer}
            data={choices.map(({ id, name }) => ({ value: String(id), label: name }))} nothingFoundMessage={t("second.nobody")}
          />
          {ask.isError && <Alert color="orange" variant="light" role="alert">{refusal(ask.error)}</Alert>}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>{t("common.cancel")}</Button>
            <Button type="submit" loading={ask.isPending} disabled={reviewer === null}>{t("second.ask")}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
