import { Anchor, Group, Progress, SimpleGrid, Table, Text } from "@mantine/core";
import { IconRobot } from "@tabler/icons-react";
import { Link } from "react-router";
import { useI18n } from "@/i18n";
import { Person } from "@/ui/Person";
import type { Lookup } from "../../quality/data";
import classes from "../calibration.module.css";
import type { Session } from "../data";
import { SheetIcon } from "./parts";

/** How far each reviewer is, altogether and with each piece of work. */
export function ProgressPanel({ session, people, userId }: { session: Session; people: Lookup; userId: number }) {
  const { t } = useI18n();
  const total = session.items.length;
  const lines = session.reviewers.map((id) => ({
    id,
    done: session.items.filter((item) => item.sheets.some((sheet) => sheet.userId === id && sheet.state === "submitted")).length,
  }));
  const reviews = session.reviewers.includes(userId);
  const opens = (reviews && session.state !== "cancelled") || session.state === "closed";
  return (
    <section className={classes.panel} aria-label={t("calibration.session.progress")}>
      <Text component="h2" fw={650} size="sm" mb="sm">{t("calibration.session.progress")}</Text>
      <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }} spacing="sm" mb="md">
        {lines.map(({ id, done }) => {
          const words = t("calibration.sessions.submitted", { done, total });
          return (
            <div key={id}>
              <Group gap={8} wrap="nowrap" mb={4}>
                <Person name={people.name(id)} size={24} />
                <Text size="sm" truncate flex={1}>{people.name(id)}</Text>
                <Text size="xs" c="dimmed" className={classes.number}>{words}</Text>
              </Group>
              <Progress value={total === 0 ? 0 : (100 * done) / total} size="sm" aria-label={`${people.name(id)}: ${words}`} />
            </div>
          );
        })}
      </SimpleGrid>
      <Table.ScrollContainer minWidth={420}>
        <Table verticalSpacing={6} className={classes.table}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("calibration.session.work")}</Table.Th>
              {session.reviewers.map((id) => <Table.Th key={id} ta="center">{people.name(id)}</Table.Th>)}
              {session.includeAi && <Table.Th ta="center"><Group gap={4} justify="center" wrap="nowrap"><IconRobot size={14} aria-hidden />{t("calibration.ai")}</Group></Table.Th>}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {session.items.map((item, at) => {
              const label = t("calibration.session.item", { number: at + 1, ticket: String(item.ticketId) });
              return (
                <Table.Tr key={item.worklogId}>
                  <Table.Td>
                    {opens ? <Anchor component={Link} to={`/quality/calibration/${session.id}/item/${item.worklogId}`} size="sm" fw={600} className={classes.number}>{label}</Anchor> : <Text size="sm">{label}</Text>}
                  </Table.Td>
                  {item.sheets.map((sheet) => (
                    <Table.Td key={sheet.userId} ta="center"><SheetIcon state={sheet.state} name={people.name(sheet.userId)} /></Table.Td>
                  ))}
                  {session.includeAi && <Table.Td ta="center"><Text size="xs" c="dimmed">{t(`calibration.aiState.${item.ai.state}`)}</Text></Table.Td>}
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </section>
  );
}
