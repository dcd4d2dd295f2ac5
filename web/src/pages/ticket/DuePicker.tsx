import "@mantine/dates/styles.css";
import "dayjs/locale/de";
import { Button, Group, Stack } from "@mantine/core";
import { DatePicker, DatesProvider, TimePicker } from "@mantine/dates";
import { useState } from "react";
import { momentOf, useI18n, wallClock } from "@/i18n";

const MORNING = "09:00";
const EVENING = "18:00";

/** A day and a time by the clock of the reader, or one of the usual ones. */
export default function DuePicker({ due, onPick }: { due: string | null; onPick: (dueBy: string | null) => void }) {
  const { t, language, timeZone } = useI18n();
  const [today] = wallClock(new Date(), timeZone).split(" ") as [string, string];
  const before = due === null ? null : wallClock(due, timeZone);
  const [day, setDay] = useState(before?.slice(0, 10) ?? null);
  const [time, setTime] = useState(before?.slice(11, 16) ?? MORNING);
  const pick = (date: string, clock: string) => onPick(momentOf(`${date} ${clock}`, timeZone).toISOString());
  const usual = (days: number, clock: string) => pick(later(today, days), clock);
  return (
    <DatesProvider settings={{ locale: language, firstDayOfWeek: 1, weekendDays: [] }}>
      <Stack gap="xs">
        <Group gap={6}>
          <Button size="compact-xs" variant="light" onClick={() => usual(0, EVENING)}>{t("ticket.dueIn.today")}</Button>
          <Button size="compact-xs" variant="light" onClick={() => usual(1, MORNING)}>{t("ticket.dueIn.tomorrow")}</Button>
          <Button size="compact-xs" variant="light" onClick={() => usual(7, MORNING)}>{t("ticket.dueIn.week")}</Button>
        </Group>
        <DatePicker value={day} onChange={setDay} defaultDate={day ?? today} aria-label={t("ticket.dueDay")}
          ariaLabels={{ previousMonth: t("ticket.monthBefore"), nextMonth: t("ticket.monthAfter") }}
          getDayProps={(date) => (date === today ? { "aria-current": "date", fw: 700 } : {})} />
        <Group gap="xs" wrap="nowrap" align="flex-end" justify="space-between">
          <TimePicker size="xs" label={t("ticket.dueTime")} value={time} onChange={setTime} format="24h"
            hoursInputLabel={t("ticket.hours")} minutesInputLabel={t("ticket.minutes")} />
          <Group gap={6} wrap="nowrap">
            {due !== null && <Button size="xs" variant="subtle" color="gray" onClick={() => onPick(null)}>{t("ticket.dueRemove")}</Button>}
            <Button size="xs" disabled={day === null || !/^\d\d:\d\d/.test(time)} onClick={() => day && pick(day, time)}>{t("ticket.dueSave")}</Button>
          </Group>
        </Group>
      </Stack>
    </DatesProvider>
  );
}

function later(day: string, days: number): string {
  const date = new Date(`${day}T12:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}
