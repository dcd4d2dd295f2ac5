import { Button, Checkbox, Group, NumberInput, Select, Skeleton, Stack, Table, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconDice3 } from "@tabler/icons-react";
import { useState } from "react";
import { useI18n } from "@/i18n";
import { ErrorState } from "@/ui/ErrorState";
import { TimeAgo } from "@/ui/TimeAgo";
import { usePeople } from "../../quality/data";
import classes from "../calibration.module.css";
import { recentWorkQuery, type Work } from "../data";

interface Props {
  /** Person who did it, by the id of the work. */
  chosen: Record<string, number>;
  onChange: (chosen: Record<string, number>) => void;
  error: string | null;
}

const RANDOM = 5;

/** Any so many of them, each equally likely. */
function drawn(works: readonly Work[], count: number): Work[] {
  const rest = [...works];
  for (let at = rest.length - 1; at > 0; at -= 1) {
    const other = Math.floor(Math.random() * (at + 1));
    [rest[at], rest[other]] = [rest[other]!, rest[at]!];
  }
  return rest.slice(0, count);
}

/** Recent work to choose from. No score stands here: whoever chooses by it gets a session about that score. */
export function WorkPicker({ chosen, onChange, error }: Props) {
  const { t } = useI18n();
  const people = usePeople();
  const [userId, setUserId] = useState<string | null>(null);
  const [from, setFrom] = useState("");
  const [count, setCount] = useState(RANDOM);
  const found = useQuery(recentWorkQuery(userId === null ? null : Number(userId), from || null));
  const rows = found.data?.worklogs ?? [];
  const others = rows.filter((row) => chosen[row.id] === undefined);
  const take = (works: readonly Work[]) => onChange({ ...chosen, ...Object.fromEntries(works.map((work) => [work.id, work.worklog.userId])) });
  const toggle = (work: Work) => {
    const { [work.id]: present, ...rest } = chosen;
    if (present === undefined) take([work]);
    else onChange(rest);
  };
  const size = Object.keys(chosen).length;
  return (
    <section className={classes.panel} aria-label={t("calibration.create.work")}>
      <Group justify="space-between" mb="sm" align="flex-end">
        <div>
          <Text component="h2" fw={650} size="sm">{t("calibration.create.work")}</Text>
          <Text size="xs" c="dimmed">{t("calibration.create.workHint")}</Text>
        </div>
        <Group gap="xs">
          <Text size="sm" fw={600} role="status">{t("calibration.create.chosen", { count: size })}</Text>
          {size > 0 && <Button size="compact-xs" variant="subtle" onClick={() => onChange({})}>{t("common.clear")}</Button>}
        </Group>
      </Group>
      <Group gap="xs" mb="sm">
        <Select
          size="xs" w={200} searchable clearable placeholder={t("calibration.create.everybody")} aria-label={t("calibration.create.person")} value={userId}
          data={people.list.map(({ id, name }) => ({ value: String(id), label: name }))} onChange={setUserId} clearButtonProps={{ "aria-label": t("common.clear") }}
        />
        <TextInput size="xs" type="date" aria-label={t("calibration.create.since")} value={from} onChange={(event) => setFrom(event.currentTarget.value)} />
        <Group gap={6} ms="auto" wrap="nowrap">
          <NumberInput size="xs" w={70} min={1} max={50} allowDecimal={false} aria-label={t("calibration.create.randomCount")} value={count} onChange={(value) => setCount(Number(value) || 1)} />
          <Button size="xs" variant="light" leftSection={<IconDice3 size={16} />} disabled={others.length === 0} onClick={() => take(drawn(others, count))}>
            {t("calibration.create.random")}
          </Button>
        </Group>
      </Group>
      {error && <Text size="sm" c="red" role="alert" mb="xs">{error}</Text>}
      {found.isError ? (
        <ErrorState error={found.error} onRetry={() => void found.refetch()} />
      ) : !found.data ? (
        <Stack gap={6} aria-busy>{[1, 2, 3, 4].map((row) => <Skeleton key={row} height={38} />)}</Stack>
      ) : rows.length === 0 ? (
        <Text size="sm" c="dimmed" py="md">{t("calibration.create.nothingFound")}</Text>
      ) : (
        <div className={classes.pick} tabIndex={0} role="group" aria-label={t("calibration.create.work")}>
          <Table stickyHeader verticalSpacing={6} highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th w={40} aria-label={t("calibration.create.choose")} />
                <Table.Th>{t("calibration.create.person")}</Table.Th>
                <Table.Th>{t("calibration.create.ticket")}</Table.Th>
                <Table.Th visibleFrom="sm">{t("calibration.create.did")}</Table.Th>
                <Table.Th>{t("calibration.create.when")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map((work) => (
                <Table.Tr key={work.id} onClick={() => toggle(work)} style={{ cursor: "pointer" }} bg={chosen[work.id] === undefined ? undefined : "var(--desk-selected)"}>
                  <Table.Td>
                    <Checkbox
                      size="xs" checked={chosen[work.id] !== undefined} onChange={() => toggle(work)} onClick={(event) => event.stopPropagation()}
                      aria-label={t("calibration.create.chooseWork", { id: String(work.ticketId), name: people.name(work.worklog.userId) })}
                    />
                  </Table.Td>
                  <Table.Td><Text size="sm">{people.name(work.worklog.userId)}</Text></Table.Td>
                  <Table.Td><Text size="sm" className={classes.number}>{work.ticketId}</Text></Table.Td>
                  <Table.Td visibleFrom="sm"><Text size="xs" c="dimmed" lineClamp={1}>{work.worklog.actionListText.join(", ")}</Text></Table.Td>
                  <Table.Td>{work.latestInteraction && <TimeAgo value={work.latestInteraction} size="sm" />}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
    </section>
  );
}
