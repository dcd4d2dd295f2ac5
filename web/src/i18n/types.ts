/** A text, or one for a single thing and one for several: chosen by the value `count`. */
export type Text = string | { one: string; other: string };
export type Area = { readonly [key: string]: Text | Area };

type Leaf = Text;
export type Keys<D> = {
  [K in keyof D & string]: D[K] extends Leaf ? K : `${K}.${Keys<D[K]>}`;
}[keyof D & string];
