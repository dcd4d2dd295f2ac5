import { NumberInput, Select, Stack, Switch, Textarea, TextInput } from "@mantine/core";
import { useI18n, type Key } from "@/i18n";
import { isRuleName, parametersOf, RULE_NAMES, type RuleParameter } from "../model/rules";

type Rule = Record<string, unknown>;

export function RuleFields({ rule, disabled, onChange }: { rule: Rule; disabled: boolean; onChange: (rule: Rule) => void }) {
  const { t } = useI18n();
  const name = rule.type;
  return (
    <Stack gap="sm">
      <Select
        label={t("quality.editor.ruleOn")} searchable allowDeselect={false} disabled={disabled} value={isRuleName(name) ? name : null}
        data={RULE_NAMES.map((value) => ({ value, label: t(`quality.rule.${value}`) }))} onChange={(value) => value && onChange({ type: value })}
      />
      {isRuleName(name) &&
        parametersOf(name).map((parameter) => (
          <ParameterField
            key={parameter.name} parameter={parameter} value={rule[parameter.name]} disabled={disabled}
            onChange={(value) => {
              const { [parameter.name]: _old, ...rest } = rule;
              onChange(value === null ? rest : { ...rest, [parameter.name]: value });
            }}
          />
        ))}
    </Stack>
  );
}

function ParameterField(props: { parameter: RuleParameter; value: unknown; disabled: boolean; onChange: (value: unknown) => void }) {
  const { t, language } = useI18n();
  const { parameter, value, disabled, onChange } = props;
  const label = t(`quality.param.${parameter.name}` as Key);
  switch (parameter.kind) {
    case "texts":
      return (
        <Textarea
          label={label} description={t("quality.editor.textsHint")} autosize minRows={2} maxRows={8} withAsterisk disabled={disabled}
          defaultValue={Array.isArray(value) ? value.join("\n") : ""}
          onChange={(event) => onChange(event.currentTarget.value.split("\n").map((line) => line.trim()).filter(Boolean))}
        />
      );
    case "text":
      return (
        <TextInput
          label={label} withAsterisk={parameter.required} disabled={disabled} value={typeof value === "string" ? value : ""}
          onChange={(event) => onChange(event.currentTarget.value || null)}
        />
      );
    case "number":
      return (
        <NumberInput
          label={label} withAsterisk={parameter.required} disabled={disabled} min={parameter.min} max={parameter.max} allowDecimal={false}
          decimalSeparator={language === "de" ? "," : "."} value={typeof value === "number" ? value : ""} onChange={(next) => onChange(typeof next === "number" ? next : null)}
        />
      );
    case "choice":
      return (
        <Select
          label={label} allowDeselect={false} disabled={disabled} value={typeof value === "string" ? value : (parameter.values[0] ?? null)}
          data={parameter.values.map((one) => ({ value: one, label: t(`quality.param.${one}` as Key) }))} onChange={onChange}
        />
      );
    case "flag":
      return <Switch label={label} disabled={disabled} checked={value === true} onChange={(event) => onChange(event.currentTarget.checked || null)} />;
  }
}
