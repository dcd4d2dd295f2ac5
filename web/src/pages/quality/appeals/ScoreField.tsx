import { Button, Chip, Group, NumberInput } from "@mantine/core";
import { useI18n } from "@/i18n";
import type { ScoringType } from "../model/types";

interface Props {
  label: string;
  scoringType: ScoringType;
  maxPoints: number;
  score: number | null;
  applicable: boolean | null;
  mayNotApply: boolean;
  onChange: (score: number | null, applicable: boolean | null) => void;
}

/** One answer on the scale of its criterion: met or not, points, or that it does not apply. */
export function ScoreField({ label, scoringType, maxPoints, score, applicable, mayNotApply, onChange }: Props) {
  const { t, locale } = useI18n();
  const none = applicable === false;
  return (
    <Group gap={8} role="group" aria-label={t("appeals.answerFor", { label })}>
      {scoringType === "metNotMet" ? (
        <Button.Group>
          {[maxPoints, 0].map((value) => {
            const on = !none && score !== null && (value === 0) === (score === 0);
            return (
              <Button key={value} size="compact-sm" variant={on ? "filled" : "default"} aria-pressed={on} onClick={() => onChange(on ? null : value, null)}>
                {t(value === 0 ? "quality.review.notMet" : "quality.review.met")}
              </Button>
            );
          })}
        </Button.Group>
      ) : (
        <NumberInput
          size="xs" w={110} min={0} max={maxPoints} decimalScale={2} clampBehavior="strict" allowNegative={false}
          aria-label={t("quality.review.scoreOf", { label, max: maxPoints })} placeholder={`0–${maxPoints.toLocaleString(locale)}`}
          decimalSeparator={locale === "de-DE" ? "," : "."} value={none ? "" : (score ?? "")}
          onChange={(value) => onChange(typeof value === "number" ? value : null, null)}
        />
      )}
      {mayNotApply && (
        <Chip size="xs" variant="light" checked={none} onChange={(on) => onChange(null, on ? false : null)}>
          {t("quality.review.notApplicable")}
        </Chip>
      )}
    </Group>
  );
}
