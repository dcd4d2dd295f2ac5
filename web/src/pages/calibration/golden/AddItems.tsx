import { Alert, Button, Checkbox, Group, Modal, Progress, Stack, Table, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, call } from "@/api/client";
import { asApiError } from "@/api/errors";
import { useI18n } from "@/i18n";
import { ErrorState, errorText } from "@/ui/ErrorState";
import { ListSkeleton } from "@/ui/Skeletons";
import { TimeAgo } from "@/ui/TimeAgo";
import { assessmentsQuery, usePeople } from "../../quality/data";
import type { AssessmentSummary } from "../../quality/model/types";
import classes from "../calibration.module.css";
import type { GoldenSet } from "../data";

/** Reviewed assessments of the family, whose work is not in the set yet. */
export function AddItems({ set, onClose }: { set: GoldenSet; onClose: () => void }) {
  const { t } = useI18n();
  const client = useQueryClient();
  const people = usePeople();
  const found = useQuery(
    assessmentsQuery({ state: "reviewedBySupervisor,discussedWithAssessee", scorecardBaseId: set.scorecardBaseId, limit: 200, orderByField: "createdAt", orderByDirection: "desc" }),
  );
  const [chosen, setChosen] = useState<readonly number[]>([]);
  const [done, setDone] = useState(0);
  const present = new Set(set.items.map((item) => item.worklogId));
  const rows = (found.data?.assessments ?? []).filter((row) => row.worklogId !== null && !present.has(row.worklogId));
  const add = useMutation({
    mutationFn: async (list: AssessmentSummary[]) => {
      let added = 0;
      const refused: string[] = [];
      for (const row of list) {
        try {
          await call(
            api.POST("/api/mind/quality/goldenSet/{id}/item", {
              params: { path: { id: set.id } },
              body: { worklogId: row.worklogId ?? 0, fromAssessmentId: row.id } as never,
            }),
          );
          added += 1;
        } catch (error) {
          if (asApiError(error).code !== "item_exists") refused.push(`${t("quality.queue.ticket", { id: String(row.ticketId) })}: ${errorText(error, t)}`);
        }
        setDone((before) => before + 1);
      }
      await client.invalidateQueries({ queryKey: ["quality", "golden"] });
      return { added, refused };
    },
    onSuccess: ({ added, refused }) => {
      if (added > 0) notifications.show({ message: t("calibration.golden.added", { count: added }) });
      setDone(0);
      setChosen([]);
      if (refused.length === 0) onClose();
    },
  });
  const toggle = (id: number) => setChosen((before) => (before.includes(id) ? before.filter((one) => one !== id) : [...before, id]));
  const all = rows.length > 0 && rows.every((row) => chosen.includes(row.id));
  return (
    <Modal opened onClose={onClose} size="lg" title={t("calibration.golden.addTitle")} closeButtonProps={{ "aria-label": t("common.close") }}>
      <Stack>
        <Text size="sm" c="dimmed">{t("calibration.golden.addText")}</Text>
        {add.data && add.data.refused.length > 0 && (
          <Alert color="orange" variant="light" role="alert">{add.data.refused.map((words) => <Text key={words} size="sm">{words}</Text>)}</Alert>
        )}
        {found.isError ? (
          <ErrorState error={found.error} onRetry={() => void found.refetch()} />
        ) : !found.data ? (
          <ListSkeleton rows={4} height={36} />
        ) : rows.length === 0 ? (
          <Text size="sm" py="md">{t("calibration.golden.nothingToAdd")}</Text>
        ) : (
          <div className={classes.pick} tabIndex={0} role="group" aria-label={t("calibration.golden.addTitle")}>
            <Table stickyHeader verticalSpacing={6} highlightOnHover>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th w={40}><Checkbox size="xs" checked={all} indeterminate={!all && chosen.length > 0} onChange={() => setChosen(all ? [] : rows.map((row) => row.id))} aria-label={t("calibration.golden.all")} /></Table.Th>
                  <Table.Th>{t("calibration.golden.ticket")}</Table.Th>
                  <Table.Th>{t("calibration.golden.agent")}</Table.Th>
                  <Table.Th>{t("calibration.golden.reviewedBy")}</Table.Th>
                  <Table.Th>{t("calibration.golden.when")}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {rows.map((row) => (
                  <Table.Tr key={row.id} onClick={() => toggle(row.id)} style={{ cursor: "pointer" }} bg={chosen.includes(row.id) ? "var(--desk-selected)" : undefined}>
                    <Table.Td><Checkbox size="xs" checked={chosen.includes(row.id)} onChange={() => toggle(row.id)} onClick={(event) => event.stopPropagation()} aria-label={t("quality.queue.ticket", { id: String(row.ticketId) })} /></Table.Td>
                    <Table.Td className={classes.number}>{row.ticketId}</Table.Td>
                    <Table.Td>{people.name(row.assessedUser)}</Table.Td>
                    <Table.Td>{people.name(row.assessedByUser)}</Table.Td>
                    <Table.Td><TimeAgo value={row.modifiedAt} size="sm" /></Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </div>
        )}
        {add.isPending && <Progress value={(100 * done) / Math.max(1, chosen.length)} aria-label={t("calibration.golden.adding")} />}
        <Group justify="space-between">
          <Text size="sm" c="dimmed" role="status">{t("calibration.golden.chosen", { count: chosen.length })}</Text>
          <Group>
            <Button variant="default" onClick={onClose}>{t("common.cancel")}</Button>
            <Button disabled={chosen.length === 0} loading={add.isPending} onClick={() => add.mutate(rows.filter((row) => chosen.includes(row.id)))}>{t("calibration.golden.add")}</Button>
          </Group>
        </Group>
      </Stack>
    </Modal>
  );
}
