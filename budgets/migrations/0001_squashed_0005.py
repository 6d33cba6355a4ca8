"""What 0001 to 0005 of this app leave behind, for an empty database; one with rows goes through them one by one."""

import django.db.models.deletion
import governance.basics.clock
import governance.models.fields
from django.db import migrations, models

from governance.database import tables


class Migration(migrations.Migration):

    replaces = [
        ('budgets', '0001_first'),
        ('budgets', '0002_ceiling'),
        ('budgets', '0003_export_pieces'),
        ('budgets', '0004_revenue_versions_and_papers'),
        ('budgets', '0005_outside_funds'),
    ]

    initial = True

    dependencies = [
        ('governance', '0004_records'),
        ('projects', '0011_benefits'),
    ]

    operations = [
        tables.CreateTables(
            models=[
                migrations.CreateModel(
                    name='ExportSnapshot',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('day', models.DateField(default=governance.basics.clock.today, verbose_name='业务日期')),
                        ('recorded_at', models.DateTimeField(default=governance.basics.clock.now, verbose_name='记录时间')),
                        ('key', models.CharField(max_length=40, unique=True)),
                        ('sha256', models.CharField(max_length=64)),
                        ('scope', models.CharField(max_length=40)),
                        ('rows', models.JSONField()),
                        ('by_text', models.CharField(max_length=200)),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='BudgetLine',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('is_demo', models.BooleanField(default=False, verbose_name='演示数据')),
                        ('fiscal_year', models.PositiveSmallIntegerField(verbose_name='年度')),
                        ('source', models.CharField(choices=[('city', '市财政'), ('county', '县（市、区）财政'), ('state', '国家'), ('province', '省'), ('own', '建设单位自筹'), ('enterprise', '企业'), ('bank', '银行信贷'), ('international', '国际组织'), ('other', '其他')], max_length=14, verbose_name='来源')),
                        ('estimate_wan', governance.models.fields.WanField(blank=True, decimal_places=2, max_digits=12, null=True, verbose_name='概算（万元）')),
                        ('approved_wan', governance.models.fields.WanField(blank=True, decimal_places=2, max_digits=12, null=True, verbose_name='批复（万元）')),
                        ('appropriated_wan', governance.models.fields.WanField(blank=True, decimal_places=2, max_digits=12, null=True, verbose_name='下达（万元）')),
                        ('spent_wan', governance.models.fields.WanField(blank=True, decimal_places=2, max_digits=12, null=True, verbose_name='支出（万元）')),
                        ('unit_code', models.CharField(blank=True, max_length=20, verbose_name='预算单位代码')),
                        ('function_code', models.CharField(blank=True, max_length=20, verbose_name='功能科目')),
                        ('economic_code', models.CharField(blank=True, max_length=20, verbose_name='经济科目')),
                        ('version', models.PositiveIntegerField(default=1)),
                        ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='projects.project')),
                    ],
                    options={
                        'verbose_name': '预算行',
                        'ordering': ['fiscal_year', 'project_id', 'source'],
                        'constraints': [models.UniqueConstraint(fields=('project', 'fiscal_year', 'source'), name='one_line_per_project_year_source'), models.CheckConstraint(condition=models.Q(('fiscal_year__gte', 1990), ('fiscal_year__lte', 2100)), name='fiscal_year_is_sensible'), models.CheckConstraint(condition=models.Q(('spent_wan', None), ('spent_wan', 0), models.Q(('appropriated_wan__isnull', False), ('spent_wan__lte', models.F('appropriated_wan'))), _connector='OR'), name='spent_is_at_most_appropriated'), models.CheckConstraint(condition=models.Q(('appropriated_wan', None), ('appropriated_wan', 0), models.Q(('approved_wan__isnull', False), ('appropriated_wan__lte', models.F('approved_wan'))), _connector='OR'), name='appropriated_is_at_most_approved'), models.CheckConstraint(condition=models.Q(models.Q(('estimate_wan', None), ('estimate_wan__gte', 0), _connector='OR'), models.Q(('approved_wan', None), ('approved_wan__gte', 0), _connector='OR'), models.Q(('appropriated_wan', None), ('appropriated_wan__gte', 0), _connector='OR'), models.Q(('spent_wan', None), ('spent_wan__gte', 0), _connector='OR')), name='amounts_are_not_negative')],
                    },
                ),
                migrations.CreateModel(
                    name='Ceiling',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('day', models.DateField(default=governance.basics.clock.today, verbose_name='业务日期')),
                        ('recorded_at', models.DateTimeField(default=governance.basics.clock.now, verbose_name='记录时间')),
                        ('is_demo', models.BooleanField(default=False, verbose_name='演示数据')),
                        ('fiscal_year', models.PositiveSmallIntegerField(verbose_name='年度')),
                        ('source', models.CharField(choices=[('city', '市财政'), ('county', '县（市、区）财政'), ('state', '国家'), ('province', '省'), ('own', '建设单位自筹'), ('enterprise', '企业'), ('bank', '银行信贷'), ('international', '国际组织'), ('other', '其他')], max_length=14, verbose_name='来源')),
                        ('ceiling_wan', governance.models.fields.WanField(decimal_places=2, max_digits=12, verbose_name='上限（万元）')),
                        ('document', models.CharField(max_length=200, verbose_name='依据文件')),
                        ('by_text', models.CharField(max_length=200)),
                        ('version', models.PositiveIntegerField(default=1)),
                    ],
                    options={
                        'verbose_name': '年度上限',
                        'ordering': ['fiscal_year', 'source'],
                        'constraints': [models.UniqueConstraint(fields=('fiscal_year', 'source'), name='one_ceiling_per_year_and_source'), models.CheckConstraint(condition=models.Q(('ceiling_wan__gte', 0)), name='a_ceiling_is_not_negative')],
                    },
                ),
                migrations.CreateModel(
                    name='CityRevenue',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('day', models.DateField(default=governance.basics.clock.today, verbose_name='业务日期')),
                        ('recorded_at', models.DateTimeField(default=governance.basics.clock.now, verbose_name='记录时间')),
                        ('is_demo', models.BooleanField(default=False, verbose_name='演示数据')),
                        ('fiscal_year', models.PositiveSmallIntegerField(verbose_name='年度')),
                        ('revenue_wan', models.DecimalField(decimal_places=2, max_digits=16, verbose_name='市本级财政收入（万元）')),
                        ('document', models.CharField(max_length=200, verbose_name='依据文件')),
                        ('document_number', models.CharField(blank=True, max_length=60, verbose_name='文号')),
                        ('reason', models.CharField(blank=True, max_length=300, verbose_name='更正说明')),
                        ('as_typed', models.CharField(blank=True, max_length=60, verbose_name='原样')),
                        ('by_text', models.CharField(max_length=200)),
                        ('version', models.PositiveIntegerField(default=1)),
                        ('superseded', models.BooleanField(default=False)),
                        ('file', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='governance.storedfile', verbose_name='附件')),
                    ],
                    options={
                        'verbose_name': '财政收入',
                        'ordering': ['fiscal_year', 'version'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('superseded', False)), fields=('fiscal_year',), name='one_revenue_in_force_per_year'), models.UniqueConstraint(fields=('fiscal_year', 'version'), name='one_revenue_per_year_and_version')],
                    },
                ),
                migrations.CreateModel(
                    name='Entry',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('day', models.DateField(default=governance.basics.clock.today, verbose_name='业务日期')),
                        ('recorded_at', models.DateTimeField(default=governance.basics.clock.now, verbose_name='记录时间')),
                        ('is_demo', models.BooleanField(default=False, verbose_name='演示数据')),
                        ('stage', models.CharField(choices=[('estimate', '概算'), ('approved', '批复'), ('appropriated', '下达'), ('spent', '支出')], max_length=12)),
                        ('amount_wan', governance.models.fields.WanField(decimal_places=2, max_digits=12, verbose_name='金额（万元）')),
                        ('kind', models.CharField(choices=[('initial', '初始'), ('adjust', '调整'), ('transfer', '调剂'), ('carry_over', '结转'), ('clawback', '收回'), ('opening', '补录'), ('reversal', '冲正')], max_length=12)),
                        ('document_number', models.CharField(blank=True, max_length=60, verbose_name='文号')),
                        ('reason', models.CharField(blank=True, max_length=300, verbose_name='说明')),
                        ('as_typed', models.CharField(blank=True, max_length=60, verbose_name='原样')),
                        ('by_text', models.CharField(max_length=200)),
                        ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='budgets.budgetline')),
                        ('reverses', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversed_by', to='budgets.entry')),
                    ],
                    options={
                        'verbose_name': '记账',
                        'ordering': ['pk'],
                    },
                ),
                migrations.CreateModel(
                    name='EntryPaper',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('day', models.DateField(default=governance.basics.clock.today, verbose_name='业务日期')),
                        ('recorded_at', models.DateTimeField(default=governance.basics.clock.now, verbose_name='记录时间')),
                        ('is_demo', models.BooleanField(default=False, verbose_name='演示数据')),
                        ('by_text', models.CharField(max_length=200)),
                        ('entry', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='papers', to='budgets.entry')),
                        ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='governance.storedfile')),
                    ],
                    options={
                        'verbose_name': '凭据',
                        'ordering': ['pk'],
                        'constraints': [models.UniqueConstraint(fields=('entry', 'file'), name='one_paper_once_per_entry')],
                    },
                ),
                migrations.CreateModel(
                    name='ExportPiece',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('number', models.PositiveIntegerField()),
                        ('rows', models.JSONField()),
                        ('snapshot', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pieces', to='budgets.exportsnapshot')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('snapshot', 'number'), name='one_piece_per_number')],
                    },
                ),
                migrations.CreateModel(
                    name='FundingCall',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('day', models.DateField(default=governance.basics.clock.today, verbose_name='业务日期')),
                        ('recorded_at', models.DateTimeField(default=governance.basics.clock.now, verbose_name='记录时间')),
                        ('is_demo', models.BooleanField(default=False, verbose_name='演示数据')),
                        ('issuer', models.CharField(max_length=120, verbose_name='发布单位')),
                        ('kind', models.CharField(choices=[('state', '国家'), ('province', '省'), ('enterprise', '企业'), ('international', '国际组织'), ('other', '其他')], max_length=14, verbose_name='资金来源')),
                        ('title', models.CharField(max_length=200, verbose_name='专项名称')),
                        ('document_number', models.CharField(blank=True, max_length=80, verbose_name='通知文号')),
                        ('subject', models.TextField(verbose_name='支持方向')),
                        ('opens', models.DateField(verbose_name='开始申报')),
                        ('closes', models.DateField(verbose_name='截止申报')),
                        ('least_wan', governance.models.fields.WanField(blank=True, decimal_places=2, max_digits=12, null=True, verbose_name='单项不低于（万元）')),
                        ('most_wan', governance.models.fields.WanField(blank=True, decimal_places=2, max_digits=12, null=True, verbose_name='单项不超过（万元）')),
                        ('total_wan', governance.models.fields.WanField(blank=True, decimal_places=2, max_digits=12, null=True, verbose_name='总额（万元）')),
                        ('conditions', models.TextField(verbose_name='申报条件（照通知原文）')),
                        ('rules', models.JSONField(default=list, verbose_name='可核对的条件')),
                        ('withdrawn', models.CharField(blank=True, max_length=300, verbose_name='作废理由')),
                        ('by_text', models.CharField(max_length=200)),
                        ('version', models.PositiveIntegerField(default=1)),
                    ],
                    options={
                        'verbose_name': '专项资金申报通知',
                        'ordering': ['-closes', '-pk'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('closes__gte', models.F('opens'))), name='a_call_closes_after_it_opens'), models.CheckConstraint(condition=models.Q(('least_wan', None), ('most_wan', None), ('most_wan__gte', models.F('least_wan')), _connector='OR'), name='a_call_s_most_is_not_below_its_least')],
                    },
                ),
                migrations.CreateModel(
                    name='FundingApplication',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('day', models.DateField(default=governance.basics.clock.today, verbose_name='业务日期')),
                        ('recorded_at', models.DateTimeField(default=governance.basics.clock.now, verbose_name='记录时间')),
                        ('is_demo', models.BooleanField(default=False, verbose_name='演示数据')),
                        ('form', models.CharField(choices=[('joint', '联合立项'), ('pilot', '地方试点'), ('study', '软课题研究'), ('entrusted', '委托试点'), ('other', '其他')], max_length=10, verbose_name='形式（9.6.2）')),
                        ('asked_wan', governance.models.fields.WanField(decimal_places=2, max_digits=12, verbose_name='申请金额（万元）')),
                        ('purpose', models.TextField(verbose_name='申请理由和用途')),
                        ('preparation', models.TextField(blank=True, verbose_name='前期准备（试点、研究、沟通）')),
                        ('state', models.CharField(choices=[('drafting', '起草中'), ('sent', '已报出'), ('granted', '已获批'), ('refused', '未获批'), ('withdrawn', '已撤回')], default='drafting', max_length=10, verbose_name='状态')),
                        ('content', models.JSONField(default=dict, verbose_name='申请书')),
                        ('sent_on', models.DateField(blank=True, null=True, verbose_name='报出日期')),
                        ('sent_number', models.CharField(blank=True, max_length=80, verbose_name='报送文号')),
                        ('outcome_on', models.DateField(blank=True, null=True, verbose_name='结果日期')),
                        ('outcome_number', models.CharField(blank=True, max_length=80, verbose_name='结果文号')),
                        ('outcome_text', models.CharField(blank=True, max_length=500, verbose_name='结果说明')),
                        ('granted_wan', governance.models.fields.WanField(blank=True, decimal_places=2, max_digits=12, null=True, verbose_name='获批金额（万元）')),
                        ('fiscal_year', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='列入年度')),
                        ('by_text', models.CharField(max_length=200)),
                        ('version', models.PositiveIntegerField(default=1)),
                        ('entry', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='budgets.entry')),
                        ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='projects.project')),
                        ('call', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='applications', to='budgets.fundingcall')),
                    ],
                    options={
                        'verbose_name': '专项资金申请',
                        'ordering': ['-pk'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'withdrawn'), _negated=True), fields=('call', 'project'), name='one_application_per_call_and_project'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'granted'), _negated=True), models.Q(('fiscal_year__isnull', False), ('granted_wan__gt', 0)), _connector='OR'), name='an_award_has_amount_and_year')],
                    },
                ),
                migrations.CreateModel(
                    name='ProjectYear',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('fiscal_year', models.PositiveSmallIntegerField()),
                        ('estimate_wan', governance.models.fields.WanField(decimal_places=2, max_digits=12, null=True)),
                        ('approved_wan', governance.models.fields.WanField(decimal_places=2, max_digits=12, null=True)),
                        ('appropriated_wan', governance.models.fields.WanField(decimal_places=2, max_digits=12, null=True)),
                        ('spent_wan', governance.models.fields.WanField(decimal_places=2, max_digits=12, null=True)),
                        ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='projects.project')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['fiscal_year', '-approved_wan'], name='budgets_pro_fiscal__cfe805_idx')],
                        'constraints': [models.UniqueConstraint(fields=('project', 'fiscal_year'), name='one_row_per_project_and_year')],
                    },
                ),
                migrations.CreateModel(
                    name='StageLock',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('day', models.DateField(default=governance.basics.clock.today, verbose_name='业务日期')),
                        ('recorded_at', models.DateTimeField(default=governance.basics.clock.now, verbose_name='记录时间')),
                        ('is_demo', models.BooleanField(default=False, verbose_name='演示数据')),
                        ('fiscal_year', models.PositiveSmallIntegerField()),
                        ('stage', models.CharField(choices=[('estimate', '概算'), ('approved', '批复'), ('appropriated', '下达'), ('spent', '支出')], max_length=12)),
                        ('by_text', models.CharField(max_length=200)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('fiscal_year', 'stage'), name='one_lock_per_year_and_stage')],
                    },
                ),
            ],
        ),
    ]
