/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-bench-answers.h"

/* The members of a field and of an object: Salesforce, REST API Developer Guide, "sObject Describe"
 * and "Describe Global". */
static const char field_head[] =
    "{\"aggregatable\":true,\"aiPredictionField\":false,\"autoNumber\":false,\"byteLength\":765,"
    "\"calculated\":false,\"calculatedFormula\":null,\"cascadeDelete\":false,"
    "\"caseSensitive\":false,\"compoundFieldName\":null,\"controllerName\":null,"
    "\"createable\":true,\"custom\":true,\"defaultValue\":null,\"defaultValueFormula\":null,"
    "\"defaultedOnCreate\":false,\"dependentPicklist\":false,\"deprecatedAndHidden\":false,"
    "\"digits\":0,\"displayLocationInDecimal\":false,\"encrypted\":false,\"externalId\":false,"
    "\"extraTypeInfo\":null,\"filterable\":true,\"filteredLookupInfo\":null,"
    "\"formulaTreatNullNumberAsZero\":false,\"groupable\":true,\"highScaleNumber\":false,"
    "\"htmlFormatted\":false,\"idLookup\":false,\"inlineHelpText\":null,";
static const char field_tail[] =
    "\"polymorphicForeignKey\":false,\"precision\":0,\"queryByDistance\":false,"
    "\"referenceTargetField\":null,\"referenceTo\":[],\"relationshipName\":null,"
    "\"relationshipOrder\":null,\"restrictedDelete\":false,\"restrictedPicklist\":false,"
    "\"scale\":0,\"searchPrefilterable\":false,\"soapType\":\"xsd:string\",\"sortable\":true,";
static const char field_end[] =
    "\"unique\":false,\"updateable\":true,\"writeRequiresMasterRead\":false}";

static const char object_head[] =
    "{\"activateable\":false,\"associateEntityType\":null,\"associateParentEntity\":null,"
    "\"createable\":true,\"custom\":true,\"customSetting\":false,\"deepCloneable\":false,"
    "\"deletable\":true,\"deprecatedAndHidden\":false,\"feedEnabled\":true,"
    "\"hasSubtypes\":false,\"isInterface\":false,\"isSubtype\":false,\"keyPrefix\":\"a0B\",";
static const char object_tail[] =
    "\"layoutable\":true,\"mergeable\":false,\"mruEnabled\":true,\"queryable\":true,"
    "\"replicateable\":true,\"retrieveable\":true,\"searchable\":true,\"triggerable\":true,"
    "\"undeletable\":true,\"updateable\":true,";

static const char *const types[] = {
  "string", "double", "boolean", "date", "datetime", "email", "phone", "reference", "textarea",
};

static void
add_values (GString *text, unsigned int field, unsigned int n_values)
{
  for (unsigned int i = 0; i < n_values; i++)
    g_string_append_printf (text,
                            "%s{\"active\":%s,\"defaultValue\":false,\"label\":\"Choice %u of %u\","
                            "\"validFor\":null,\"value\":\"choice_%u_%u\"}",
                            i > 0 ? "," : "", i % 20 == 19 ? "false" : "true", i, field, field, i);
}

char *
mp_bench_make_describe (unsigned int n_fields, unsigned int every, unsigned int n_values)
{
  g_autoptr (GString) text = g_string_new ("{\"actionOverrides\":[],\"activateable\":false,"
                                           "\"childRelationships\":[],\"fields\":[");

  for (unsigned int i = 0; i < n_fields; i++)
    {
      const gboolean is_picklist = i % every == 0;

      g_string_append_printf (text, "%s%s\"label\":\"Field number %u\",\"length\":%u,", //
                              i > 0 ? "," : "", field_head, i, i % 256);
      g_string_append_printf (text,
                              "\"mask\":null,\"maskType\":null,\"name\":\"Field_%u__c\","
                              "\"nameField\":false,\"namePointing\":false,\"nillable\":%s,"
                              "\"permissionable\":true,\"picklistValues\":[",
                              i, i % 10 == 0 ? "false" : "true");
      if (is_picklist)
        add_values (text, i, n_values);
      g_string_append_printf (text, "],%s\"type\":\"%s\",%s", field_tail,
                              is_picklist ? "picklist" : types[i % G_N_ELEMENTS (types)],
                              field_end);
    }
  g_string_append (text, "],\"label\":\"Contact\",\"name\":\"Contact\",\"urls\":{}}");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
mp_bench_make_sobjects (unsigned int n_objects)
{
  g_autoptr (GString) text =
                 g_string_new ("{\"encoding\":\"UTF-8\",\"maxBatchSize\":200,\"sobjects\":[");

  for (unsigned int i = 0; i < n_objects; i++)
    g_string_append_printf (
        text,
        "%s%s\"label\":\"Object number %u\",\"labelPlural\":\"Objects number %u\",%s"
        "\"name\":\"Object_%u__c\",\"urls\":{\"describe\":"
        "\"/services/data/v62.0/sobjects/Object_%u__c/describe\",\"rowTemplate\":"
        "\"/services/data/v62.0/sobjects/Object_%u__c/{ID}\",\"sobject\":"
        "\"/services/data/v62.0/sobjects/Object_%u__c\"}}",
        i > 0 ? "," : "", object_head, i, i, object_tail, i, i, i, i);
  g_string_append (text, "]}");
  return g_string_free (g_steal_pointer (&text), FALSE);
}
