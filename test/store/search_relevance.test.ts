// Relevance on the engines that need no service.

import { ENGINES } from "./search_engines.ts";
import { relevanceSuite } from "./search_relevance_suite.ts";

relevanceSuite(ENGINES);
