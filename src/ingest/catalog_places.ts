// Where each distribution of a catalog stands in its data.json, under the identifiers that its reading gives it.

import { hasTimeIndex } from "../core/catalog.ts";
import { isJsonObject, type JsonObject } from "../core/json.ts";
import { distributionIdOf, identifierOf } from "./data_json.ts";

export type DistributionPlace = {
  /** Empty where the publisher gave none. */
  readonly datasetId: string;
  readonly distributionId: string;
  /** JSON pointer of the distribution. */
  readonly pointer: string;
  readonly isTimeSeries: boolean;
  /** JSON pointers of the fields that a reading has, in its order. */
  readonly fields: readonly string[];
};

/** Every distribution that is an object, in the order of the catalog. */
export function placesOf(catalog: JsonObject): DistributionPlace[] {
  return objectsAt(catalog.dataset, "/dataset").flatMap(({ value: dataset, pointer }) => {
    const datasetId = identifierOf(dataset.identifier);
    return objectsAt(dataset.distribution, `${pointer}/distribution`).map((entry) => ({
      datasetId,
      distributionId: distributionIdOf(entry.value, datasetId, entry.position),
      pointer: entry.pointer,
      isTimeSeries: hasTimeIndex(entry.value),
      fields: objectsAt(entry.value.field, `${entry.pointer}/field`).map((field) => field.pointer),
    }));
  });
}

/** The objects of a list, with their positions; none where it is no list. */
function objectsAt(list: unknown, pointer: string) {
  return (Array.isArray(list) ? list : []).flatMap((value: unknown, position) =>
    isJsonObject(value) ? [{ value, position, pointer: `${pointer}/${position}` }] : []
  );
}
