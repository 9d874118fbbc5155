using IntunedDashboard.Jobs.Payloads;

namespace IntunedDashboard.Tests.Jobs.Payloads;

public sealed class PayloadJsonTests
{
    private static readonly string[] Apis = ["hello"];

    [Fact]
    public void A_list_of_items_is_read_and_every_faulty_one_named()
    {
        var import = PayloadReader.Read(
            """
            [{"apiName": "hello", "parameters": {"n": 1.50}, "requestTimeout": 5, "retry": {"maximumAttempts": 2}},
             {"api": "hello", "parameters": {}}, 7, {"apiName": "none", "parameters": []}, {"apiName": "hello", "parameters": {}}]
            """,
            Apis,
            null);

        Assert.Equal(2, import.Rows.Count);
        Assert.Equal(("""{"n": 1.50}""", "5", "2"), (import.Rows[0].ParametersJson, import.Rows[0].RequestTimeout, import.Rows[0].MaximumAttempts));
        Assert.Equal(["Item 2", "Item 3", "Item 4", "Item 4"], import.Faults.Select(f => f.Place));
        Assert.Null(import.Job);
    }

    [Fact]
    public void A_whole_Job_is_known_by_its_payload()
    {
        var import = PayloadReader.Read("""{"id": "x", "payload": [{"apiName": "hello", "parameters": {}}], "configuration": {}}""", Apis, null);

        Assert.Single(import.Rows);
        Assert.Equal("x", import.Job!.Value.GetProperty("id").GetString());
    }

    [Theory]
    [InlineData("{\"items\": []}", "File: A list of items is expected, or a Job whose field payload is one.")]
    [InlineData("[\n  {\"apiName\": \"hello\",\n]", "Line 3: Column 1: A property name in double quotes is expected here.")]
    [InlineData("[{\"apiName\": \"hello\", \"parameters\": {\"a\": 1, \"a\": 2}}]", "Line 1: Column 1: A field of an object is there twice.")]
    public void What_is_no_payload_is_refused_with_its_place(string text, string fault) =>
        Assert.Equal(fault, Assert.Single(PayloadReader.Read(text, Apis, null).Faults).ToString());
}
