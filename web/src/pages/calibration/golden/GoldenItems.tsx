import { ActionIcon, Anchor, Badge, Button, Collapse, Group, Stack, Table, Text, UnstyledButton } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { IconChevronDown, IconChevronRight, IconMedal2, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "react-router";
import { api, call } from "@/api/client";
import { useI18n } from "@/i18n";
import { EmptyState } from "@/ui/EmptyState";
import { useShowError } from "@/ui/ErrorState";
import { TimeAgo } from "@/ui/TimeAgo";
import { usePeople, worklogQuery } from "../../quality/data";
import type { Criterion } from "../../quality/model/types";
import { ConfirmDialog } from "../../quality/review/Dialogs";
import classes from "../calibration.module.css";
import type { GoldenItem, GoldenSet } from "../data";
import { useCriteria, useValueText } from "./useCriteria";

export function GoldenItems({ set, onAdd }: { set: GoldenSet; onAdd: () => void }) {
  const { t } = useI18n();
  const client = useQueryClient();
  const showError = useShowError();
  const people = usePeople();
  const criteria = useCriteria(set.scorecardBaseId);
  const [opened, setOpened] = useState<number | null>(null);
  const [leaving, setLeaving] = useState<GoldenItem | null>(null);
  const remove = useMutation({
    mutationFn: (item: GoldenItem) =>
      call(api.DELETE("/api/mind/quality/goldenSet/{id}/item/{itemId}", { params: { path: { id: set.id, itemId: item.id } } })),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["quality", "golden"] });
      setLeaving(null);
    },
    onError: showError,
  });
  if (set.items.length === 0) {
    return (
      <EmptyState icon={IconMedal2} title={t("calibration.golden.noItemsTitle")} text={t("calibration.golden.noItemsText")}>
        <Button onClick={onAdd}>{t("calibration.golden.add")}</Button>
      </EmptyState>
    );
  }
  return (
    <>
      <Table.ScrollContainer minWidth={560} className={classes.list}>
        <Table verticalSpacing={6} className={classes.table}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("calibration.golden.work")}</Table.Th>
              <Table.Th>{t("calibration.golden.labels")}</Table.Th>
              <Table.Th>{t("calibration.golden.addedBy")}</Table.Th>
              <Table.Th aria-label={t("common.actions")} />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {set.items.map((item) => (
              <Table.Tr key={item.id}>
                <Table.Td style={{ verticalAlign: "top" }}>
                  <UnstyledButton aria-expanded={opened === item.id} onClick={() => setOpened(opened === item.id ? null : item.id)}>
                    <Group gap={6} wrap="nowrap">
                      {opened === item.id ? <IconChevronDown size={14} aria-hidden /> : <IconChevronRight size={14} aria-hidden />}
                      <Text size="sm" fw={600}>{t("calibration.golden.item", { id: String(item.worklogId) })}</Text>
                    </Group>
                  </UnstyledButton>
                  {item.erased && <Badge mt={4} variant="light" color="gray" tt="none">{t("calibration.golden.erased")}</Badge>}
                </Table.Td>
                <Table.Td style={{ verticalAlign: "top" }}>
                  <Text size="sm">{t("calibration.golden.labelCount", { count: item.labels.length })}</Text>
                  <Collapse expanded={opened === item.id}>{opened === item.id && <Labels item={item} criteria={criteria} />}</Collapse>
                </Table.Td>
                <Table.Td style={{ verticalAlign: "top" }}>
                  <Text size="sm" c="dimmed">{people.name(item.createdBy)} · <TimeAgo value={item.createdAt} /></Text>
                </Table.Td>
                <Table.Td ta="end" style={{ verticalAlign: "top" }}>
                  <ActionIcon variant="subtle" color="gray" aria-label={t("calibration.golden.removeItem", { id: String(item.worklogId) })} onClick={() => setLeaving(item)}><IconTrash size={16} /></ActionIcon>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {leaving && (
        <ConfirmDialog
          opened onClose={() => setLeaving(null)} pending={remove.isPending} color="red" title={t("calibration.golden.removeItemTitle")}
          text={t("calibration.golden.removeItemText")} action={t("calibration.golden.removeItemDo")} onConfirm={() => remove.mutate(leaving)}
        />
      )}
    </>
  );
}

function Labels({ item, criteria }: { item: GoldenItem; criteria: Map<number, Criterion> }) {
  const { t } = useI18n();
  const value = useValueText(criteria);
  const work = useQuery(worklogQuery(item.worklogId));
  return (
    <Stack gap={2} py={6}>
      {item.labels.map((label) => (
        <Group key={label.criterionId} gap="md" justify="space-between" wrap="nowrap" maw={420}>
          <Text size="xs">{criteria.get(label.criterionId)?.label ?? `#${label.criterionId}`}</Text>
          <Text size="xs" fw={600} className={classes.number}>{value(label.criterionId, label.applicable ? label.score : "notApplicable")}</Text>
        </Group>
      ))}
      {work.data && <Anchor component={Link} to={`/ticket/${work.data.ticketId}`} size="xs" mt={4}>{t("quality.review.openTicket", { id: work.data.ticketId })}</Anchor>}
    </Stack>
  );
}
