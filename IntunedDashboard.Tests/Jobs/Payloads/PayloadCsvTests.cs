using System.Text;
using System.Text.Json.Nodes;
using IntunedDashboard.Jobs.Payloads;

namespace IntunedDashboard.Tests.Jobs.Payloads;

/// <summary>What each kind of cell and line becomes.</summary>
public sealed class PayloadCsvTests
{
    private static readonly string[] Apis = ["hello", "orders/list"];

    [Theory]
    [InlineData("10", "10")]
    [InlineData("-2.5", "-2.5")]
    [InlineData("1e6", "1e6")]
    [InlineData("12345678901234567890.10", "12345678901234567890.10")]
    [InlineData(" 7 ", "7")]
    [InlineData("true", "true")]
    [InlineData("false", "false")]
    [InlineData("null", "null")]
    [InlineData("[1]", "[1]")]
    [InlineData("{\"a\":1}", "{\"a\":1}")]
    [InlineData("\"{\"\"a\"\":1,\"\"b\"\":[2,3]}\"", "{\"a\":1,\"b\":[2,3]}")]
    [InlineData("Sales", "\"Sales\"")]
    [InlineData("007", "\"007\"")]
    [InlineData("+1", "\"+1\"")]
    [InlineData("1.2.3", "\"1.2.3\"")]
    [InlineData("True", "\"True\"")]
    [InlineData("-", "\"-\"")]
    [InlineData("NaN", "\"NaN\"")]
    [InlineData("{not json}", "\"{not json}\"")]
    [InlineData("\"10\"", "\"10\"")]
    [InlineData("\"true\"", "\"true\"")]
    [InlineData("\" kept \"", "\" kept \"")]
    [InlineData("\"\"\"[1]\"\"\"", "\"[1]\"")]
    [InlineData("\"\"", "\"\"")]
    [InlineData("\"a \"\"b\"\", c\"", "\"a \\\"b\\\", c\"")]
    public void A_cell_is_JSON_when_it_parses_and_text_when_it_is_quoted(string cell, string expected)
    {
        var import = PayloadReader.Read($"value,other\n{cell},x\n", Apis, "hello");

        Assert.Empty(import.Faults);
        Assert.Equal($$"""{"value":{{expected}},"other":"x"}""", Assert.Single(import.Rows).ParametersJson);
    }

    [Fact]
    public void Columns_of_the_item_are_not_parameters()
    {
        var import = PayloadReader.Read("department,api,requestTimeout,maximumAttempts,parameters.api\nSales,orders/list,60,2,v1\nLaw,,,,\n", Apis, "hello");

        Assert.Empty(import.Faults);
        Assert.Collection(
            import.Rows,
            row => Assert.Equal(("orders/list", "60", "2", """{"department":"Sales","api":"v1"}"""), Parts(row)),
            row => Assert.Equal(("hello", "", "", """{"department":"Law"}"""), Parts(row)));
    }

    [Fact]
    public void Every_faulty_line_is_named_by_its_number_and_the_others_are_kept()
    {
        var import = PayloadReader.Read(
            "apiName,n,requestTimeout\nhello,1,60\nnone,2,\nhello,3,soon\n\nhello,4\n\"hello\"x,5,\nhello,\"two\nlines\",\nhello,6,0\n", Apis, null);

        Assert.Equal(["""{"n":1}""", """{"n":"two\nlines"}"""], import.Rows.Select(r => r.ParametersJson));
        Assert.Equal(["Line 3", "Line 4", "Line 6", "Line 7", "Line 10"], import.Faults.Select(f => f.Place));
        Assert.Equal(5, import.FaultCount);
        Assert.Equal("apiName: No API none is deployed. Deployed are: hello, orders/list.", import.Faults[0].Message);
        Assert.StartsWith("requestTimeout: Must be a whole number from 1 to ", import.Faults[1].Message, StringComparison.Ordinal);
        Assert.Equal("Has 2 cells, but the first line has 3.", import.Faults[2].Message);
    }

    [Theory]
    [InlineData("a;b\n1;2", "{\"a\":1,\"b\":2}")]
    [InlineData("a\tb\r\n1\t2\r\n", "{\"a\":1,\"b\":2}")]
    [InlineData("\"a,b\";c\r1;2", "{\"a,b\":1,\"c\":2}")]
    [InlineData("a\n1", "{\"a\":1}")]
    [InlineData("\r\n\r\na,b\n\n1,2\n\n", "{\"a\":1,\"b\":2}")]
    public void Separators_and_line_breaks_of_every_kind_are_read(string text, string expected)
    {
        var import = PayloadReader.Read(text, Apis, "hello");

        Assert.Empty(import.Faults);
        Assert.Equal(expected, Assert.Single(import.Rows).ParametersJson);
    }

    [Theory]
    [InlineData("", "File: There is nothing in it.")]
    [InlineData("\n \n", "File: There is nothing in it.")]
    [InlineData("a,b\n", "File: There is no line after the first one, which names the columns.")]
    [InlineData("a,,b\n1,2,3", "Line 1: Column 2 has no name.")]
    [InlineData("a,b,a\n1,2,3", "Line 1: The column a is there twice.")]
    [InlineData("api,b,apiName\nhello,2,hello", "Line 1: The column api is there twice.")]
    [InlineData("a,b\n1,\"open\n2,3\n", "Line 2: A quote is opened here and not closed.")]
    [InlineData("a\n1", "Line 2: apiName: Is required.", null)]
    public void What_is_wrong_with_a_whole_file_is_said(string text, string fault, string? api = "hello") =>
        Assert.Equal(fault, Assert.Single(PayloadReader.Read(text, Apis, api).Faults).ToString());

    [Fact]
    public void Bytes_that_are_no_UTF_8_are_refused_and_byte_order_marks_are_not_part_of_the_first_column()
    {
        Assert.Equal("File", Assert.Single(PayloadReader.Read(Encoding.Latin1.GetBytes("a\nMüller"), Apis, "hello").Faults).Place);
        foreach (var encoding in new Encoding[] { new UTF8Encoding(true), Encoding.Unicode })
        {
            var import = PayloadReader.Read((byte[])[.. encoding.GetPreamble(), .. encoding.GetBytes("a\nMüller")], Apis, "hello");
            Assert.Equal("""{"a":"Müller"}""", Assert.Single(import.Rows).ParametersJson);
        }
    }

    [Fact]
    public void What_is_exported_is_imported_again()
    {
        PayloadRow[] rows =
        [
            new() { ApiName = "hello", ParametersJson = """{"text":"a \"b\", c\nd","n":10,"same":"10","list":[1,{"x":null}],"empty":"","none":null}""" },
            new() { ApiName = "orders/list", ParametersJson = """{"n":-0.50,"same":"[1]","api":"v2","parameters.x":true}""", RequestTimeout = "60", MaximumAttempts = "2" },
            new() { ApiName = "hello" },
        ];
        using var file = new MemoryStream();
        PayloadCsv.Write(file, rows);

        var import = PayloadReader.Read(file.ToArray(), Apis, null);

        Assert.Empty(import.Faults);
        Assert.Equal(rows.Select(r => (r.ApiName, r.RequestTimeout, r.MaximumAttempts)), import.Rows.Select(r => (r.ApiName, r.RequestTimeout, r.MaximumAttempts)));
        Assert.All(rows.Zip(import.Rows), pair => Assert.True(
            JsonNode.DeepEquals(JsonNode.Parse(pair.First.ParametersJson), JsonNode.Parse(pair.Second.ParametersJson)), pair.Second.ParametersJson));
    }

    [Fact]
    public void Faults_beyond_the_thousandth_are_counted()
    {
        var import = PayloadReader.Read("apiName\n" + string.Concat(Enumerable.Repeat("none\n", 1500)), Apis, null);

        Assert.Equal((1000, 1500, 0), (import.Faults.Count, import.FaultCount, import.Rows.Count));
    }

    private static (string, string, string, string) Parts(PayloadRow row) => (row.ApiName, row.RequestTimeout, row.MaximumAttempts, row.ParametersJson);
}
